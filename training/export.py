"""The file that the program reads: weights as signed bytes and a scale a row; and by language how much the fast model has to say."""

import json

import torch
from safetensors.torch import save_file

# Shares of the fast model, temperatures and thresholds of the cascade that are tried.
BLENDS = [step / 20 for step in range(11)]
TEMPERATURES = [step / 20 for step in range(10, 81)]
THRESHOLDS = [step / 50 for step in range(20, 51)]
# What the fast model has to say in English: as much as helps the small set and costs the large one nothing.
BLEND = 0.35
# How much of the macro recall the cascade may lose.
LOST = 0.003


def rounded(tensor):
    """Whole numbers in [-127, 127], and what one of them is worth by row."""
    scale = tensor.abs().amax(-1).clamp(min=1e-12) / 127
    return (tensor / scale.unsqueeze(-1)).round().to(torch.int8), scale


def macro_recall(shares, labels):
    answers = shares.argmax(-1)
    return sum((answers[labels == label] == label).float().mean().item() for label in range(3)) / 3


def loss(shares, labels):
    """Mean surprise, every label weighing the same."""
    right = shares.log_softmax(-1).gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    return -sum(right[labels == label].mean().item() for label in range(3)) / 3


def blended(deep, fast, share):
    return (1 - share) * deep + share * fast.clamp(min=1e-4).log()


def threshold(deep, texts):
    """The lowest confidence of the fast model from which on it may answer alone."""
    least = macro_recall(deep, texts.labels) - LOST
    for sure in THRESHOLDS:
        settled = (texts.fast.amax(-1) >= sure).unsqueeze(-1)
        if macro_recall(torch.where(settled, texts.fast.log(), deep), texts.labels) >= least:
            return sure, settled.float().mean().item()
    return 1.0, 0.0


def write(model, vocabulary, sets, predict, path, say):
    """Writes the model, and says what it comes to as the file has it."""
    tensors, exact = {}, {}
    for name, tensor in model.items():
        tensor = tensor.detach().float()
        if tensor.dim() < 2:
            tensors[name] = exact[name] = tensor
            continue
        tensors[name], scale = rounded(tensor)
        tensors[name + ".scale"] = scale
        exact[name] = tensors[name].float() * scale.unsqueeze(-1)
    with open(vocabulary, "rb") as pieces:
        tensors["vocabulary"] = torch.frombuffer(bytearray(pieces.read().rstrip(b"\n")), dtype=torch.uint8)
    dev = sets["en"]
    for name, texts in sets.items():
        if texts.language == "en":
            shares = predict(exact, texts)
            recalls = [f"{100 * macro_recall(blended(shares, texts.fast, blend), texts.labels):.2f}" for blend in BLENDS]
            say(f"{name}: macro recall by the share of the fast model, {BLENDS}: {recalls}")
    shares = blended(predict(exact, dev), dev.fast, BLEND)
    temperature = min(TEMPERATURES, key=lambda it: loss(shares / it, dev.labels))
    sure, settled = threshold(shares, dev)
    say(f"temperature {temperature}; the fast model settles {100 * settled:.0f} % of the cascade, from a confidence of {sure}")
    languages = {texts.language: {"blend": 1.0, "temperature": 1.0} for texts in sets.values()}
    # It learned English alone.
    languages["en"] = {"blend": BLEND, "temperature": temperature}
    metadata = {"format": "1", "name": "deep/1", "heads": "12", "languages": json.dumps(languages), "sure": str(sure)}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)

"""The file that the program reads: weights as signed bytes and a scale a row; and by language how much the fast model has to say."""

import json

import torch
from safetensors.torch import save_file

# Shares of the fast model, temperatures and thresholds that are tried.
BLENDS = [step / 20 for step in range(11)]
TEMPERATURES = [step / 20 for step in range(10, 81)]


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
    deep = {name: predict(exact, texts) for name, texts in sets.items() if texts.language == "en"}
    for name, shares in deep.items():
        texts = sets[name]
        recalls = [f"{100 * macro_recall(blended(shares, texts.fast, blend), texts.labels):.2f}" for blend in BLENDS]
        say(f"{name}: macro recall by the share of the fast model, {BLENDS}: {recalls}")
        bent = [f"{100 * macro_recall(shares + torch.tensor([0, bias / 10, 0]), texts.labels):.2f}" for bias in range(-8, 9)]
        say(f"{name}: macro recall by the bias of neutral: {bent}")
    blend = 0.0
    shares = blended(deep["en"], dev.fast, blend)
    temperature = min(TEMPERATURES, key=lambda it: loss(shares / it, dev.labels))
    languages = {"en": {"blend": blend, "temperature": temperature}}
    for texts in sets.values():
        # It learned English alone.
        languages.setdefault(texts.language, {"blend": 1.0, "temperature": 1.0})
    metadata = {"format": "1", "name": "deep/1", "heads": "12", "languages": json.dumps(languages), "sure": "1"}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)

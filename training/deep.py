"""Trains the deep sentiment model: MiniLM-L6 on labelled English tweets. One command for all of it: `train.sh`."""

import argparse
import time

import torch
import torch.nn.functional as F

import bert
import data
import export

EPOCHS, BATCH, RATE, WARM, DECAY, DROPOUT = 2, 32, 7e-5, 0.06, 0.01, 0.1
# What a newer text weighs beside an older one: usage and topics move on.
RECENT = 3.5
# The share of pieces that are masked, so that no topic's words are learned by heart.
MASKED = 0.1
# What ships is the mean of the weights over about the last 1 / (1 - MEAN) steps.
MEAN = 0.998
MASK, END = 103, 102

STARTED = time.time()


def say(*words):
    print(f"[{time.time() - STARTED:7.1f} s]", *words, flush=True)


@torch.no_grad()
def predict(weights, texts):
    """Logarithms of the labels' shares, [N, 3]."""
    shares = torch.zeros(len(texts), 3)
    for rows in texts.lengths.argsort(stable=True).split(64):
        with torch.autocast("cpu", torch.bfloat16):
            odds = bert.classify(weights, texts.batch(rows))
        shares[rows] = odds.float().log_softmax(-1)
    return shares


def masked(tokens):
    """Some pieces made unreadable; never the first and the last."""
    pick = (torch.rand(tokens.shape) < MASKED) & (tokens != 0) & (tokens != END)
    pick[:, 0] = False
    return tokens.masked_fill(pick, MASK)


def train(weights, texts, dev):
    """The mean of the weights over the last steps."""
    balance = len(texts) / (3 * texts.labels.bincount()[texts.labels])
    heavy = torch.where(texts.recent, RECENT * balance, balance)
    heavy = heavy / heavy.mean()
    # Words that were not among the texts keep the meaning that they had beside those that were.
    learned = {name: tensor.requires_grad_() for name, tensor in weights.items() if name != "embeddings.word_embeddings.weight"}
    groups = [
        {"params": [tensor for tensor in learned.values() if tensor.dim() > 1], "weight_decay": DECAY},
        {"params": [tensor for tensor in learned.values() if tensor.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, fused=True)
    steps = EPOCHS * len(texts.batches(BATCH))
    mean = {name: tensor.detach().clone() for name, tensor in learned.items()}
    step, seen = 0, 0.0
    for epoch in range(EPOCHS):
        for rows in texts.batches(BATCH):
            share = step / steps
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(share / WARM, (1 - share) / (1 - WARM))
            with torch.autocast("cpu", torch.bfloat16):
                odds = bert.classify(weights, masked(texts.batch(rows)), DROPOUT)
            loss = (F.cross_entropy(odds.float(), texts.labels[rows], reduction="none") * heavy[rows]).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned.values(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step, seen = step + 1, seen + loss.item()
            keep = min(MEAN, step / (step + 10))
            torch._foreach_lerp_(list(mean.values()), [tensor.detach() for tensor in learned.values()], 1 - keep)
            if step % 100 == 0:
                say(f"step {step} of {steps}: loss {seen / 100:.3f}")
                seen = 0.0
            if step % (steps // (2 * EPOCHS)) == 0:
                recalls = [100 * export.macro_recall(predict({**weights, **them}, dev), dev.labels) for them in (learned, mean)]
                say("macro recall {:.2f}, of the mean {:.2f}".format(*recalls))
    return {**weights, **mean}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tokens", required=True, help="what deep-tokens wrote")
    arguments.add_argument("--base", required=True, help="weights of MiniLM-L6, model.safetensors")
    arguments.add_argument("--vocabulary", required=True, help="its word pieces, vocab.txt")
    arguments.add_argument("--out", required=True, help="where the model goes")
    arguments = arguments.parse_args()
    # The order of sums depends on the number of threads; one is as good as two while everything else waits for both.
    torch.set_num_threads(1)
    torch.manual_seed(1)
    texts, sets = data.read(arguments.tokens)
    say(f"{len(texts)} texts to learn from")
    model = train(bert.start(arguments.base), texts, sets["en"])
    export.write(model, arguments.vocabulary, sets, predict, arguments.out, say)


if __name__ == "__main__":
    main()

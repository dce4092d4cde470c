"""The labelled texts as `deep-tokens` writes them, and the order in which they are trained on. Nothing is learned here."""

import torch

from bert import POSITIONS

# Texts that are sorted by length together, in batches.
POOL = 50
# The first id of 2015 on X.
RECENT = 551_000_000_000_000_000


class Texts:
    """Texts of one set and language: tokens [N, POSITIONS] padded with 0, labels, and what the fast model says of them."""

    def __init__(self, lines):
        self.tokens = torch.zeros(len(lines), POSITIONS, dtype=torch.long)
        for row, line in enumerate(lines):
            pieces = [int(piece) for piece in line[5].split()]
            self.tokens[row, : len(pieces)] = torch.tensor(pieces)
        self.language = lines[0][1]
        self.lengths = (self.tokens != 0).sum(1)
        self.labels = torch.tensor([int(line[2]) for line in lines])
        self.recent = torch.tensor([line[3].isdigit() and int(line[3]) >= RECENT for line in lines])
        self.fast = torch.tensor([[float(share) for share in line[4].split()] for line in lines])

    def __len__(self):
        return len(self.labels)

    def batch(self, rows):
        """Tokens of these texts, no longer than the longest."""
        return self.tokens[rows, : int(self.lengths[rows].max())]

    def batches(self, size):
        """One epoch in an order drawn by chance; texts of like length are together."""
        batches = []
        for pool in torch.randperm(len(self)).split(POOL * size):
            batches += pool[self.lengths[pool].argsort(stable=True)].split(size)
        return [batches[at] for at in torch.randperm(len(batches))]


def read(path):
    """What is trained on, in English, and all sets to measure by, by name."""
    sets = {}
    with open(path) as lines:
        for line in lines:
            line = line.rstrip("\n").split("\t")
            sets.setdefault((line[0], line[1]), []).append(line)
    training = Texts(sets[("train", "en")])
    return training, {name: Texts(lines) for (name, _), lines in sets.items() if name != "train"}

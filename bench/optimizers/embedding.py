"""PyTorch's side of the embedding benchmark: the same tokens, gradient and learning rate as ours.

    python embedding.py '{"ids": FILE, "vocabulary": 20000, "width": 128, ...}'

Each line {"steps": n} on standard input is answered by the steps' times in milliseconds, {"ms": [...]}.
"""

import json
import sys
import time

import torch

request = json.loads(sys.argv[1])
torch.set_num_threads(request["threads"])
torch.set_num_interop_threads(1)

with open(request["ids"], "rb") as file:
    flat = torch.frombuffer(bytearray(file.read()), dtype=torch.int32)
batches = list(flat.to(torch.int64).view(-1, *request["batch"]))

embedding = torch.nn.Embedding(
    request["vocabulary"],
    request["width"],
    sparse=True,
    _weight=torch.full((request["vocabulary"], request["width"]), request["weight"]),
)
# tf.js's epsilon; PyTorch's own default is 1e-8.
optimizer = torch.optim.SparseAdam(embedding.parameters(), lr=request["lr"], eps=1e-7)
handed_down = torch.full((*request["batch"], request["width"]), request["gradient"])
taken = 0


def step():
    global taken
    batch = batches[taken % len(batches)]
    taken += 1
    optimizer.zero_grad()
    embedding(batch).backward(handed_down)
    optimizer.step()


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"ms": times}), flush=True)

"""PyTorch, eager: the same models with its own modules, which order axes its own way."""

import numpy as np
import side
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(side.threads)
torch.set_num_interop_threads(1)


def lstm(inputs, units):
    """PyTorch adds two biases; the second stays 0, so that a step moves their sum once."""
    layer = nn.LSTM(inputs, units, batch_first=True)
    nn.init.zeros_(layer.bias_hh_l0)
    layer.bias_hh_l0.requires_grad_(False)
    return layer


class Imdb(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.embedding = nn.Embedding(m["vocabulary"], m["width"])
        self.lstm = lstm(m["width"], m["units"])
        self.sentiment = nn.Linear(m["units"], 1)

    def forward(self, x):
        return self.sentiment(self.lstm(self.embedding(x))[0][:, -1])

    def loss(self, x, y):
        return F.binary_cross_entropy_with_logits(self(x), y)


class Ptb(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.embedding = nn.Embedding(m["vocabulary"], m["units"])
        for i in range(m["depth"]):
            self.add_module(f"lstm-{i + 1}", lstm(m["units"], m["units"]))
        self.depth = m["depth"]
        self.logits = nn.Linear(m["units"], m["vocabulary"])

    def forward(self, x):
        x = self.embedding(x)
        for i in range(self.depth):
            x = getattr(self, f"lstm-{i + 1}")(x)[0]
        return self.logits(x)

    def loss(self, x, y):
        return F.cross_entropy(self(x).flatten(0, 1), y.flatten())


class Cifar(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.blocks = []
        width = m["width"]
        self.convolution("first", 3, width, 3, 1)
        before = width
        for stage in range(3):
            filters = width * 2**stage
            for block in range((m["depth"] - 2) // 6):
                name = f"stage{stage + 1}-block{block + 1}"
                strides = 2 if stage > 0 and block == 0 else 1
                self.convolution(f"{name}-a", before, filters, 3, strides)
                self.convolution(f"{name}-b", filters, filters, 3, 1)
                if strides > 1:
                    self.convolution(f"{name}-shortcut", before, filters, 1, strides)
                self.blocks.append((name, strides))
                before = filters
        self.logits = nn.Linear(before, m["classes"])

    def convolution(self, name, inputs, filters, size, strides):
        # TensorFlow's "same" pads below and to the right alone at stride 2: forward does it by hand.
        padding = 1 if size == 3 and strides == 1 else 0
        self.add_module(name, nn.Conv2d(inputs, filters, size, strides, padding, bias=False))
        # PyTorch's momentum is 1 minus Keras's.
        self.add_module(f"{name}-norm", nn.BatchNorm2d(filters, eps=1e-5, momentum=0.1))

    def run(self, name, x):
        return getattr(self, f"{name}-norm")(getattr(self, name)(x))

    def forward(self, x):
        x = F.relu(self.run("first", x), inplace=True)
        for name, strides in self.blocks:
            y = F.pad(x, (0, 1, 0, 1)) if strides > 1 else x
            y = F.relu(self.run(f"{name}-a", y), inplace=True)
            y = self.run(f"{name}-b", y)
            if strides > 1:
                x = self.run(f"{name}-shortcut", x)
            x = F.relu(x + y, inplace=True)
        return self.logits(x.mean((2, 3)))

    def loss(self, x, y):
        return F.cross_entropy(self(x), y)


model = {"imdb": Imdb, "cifar": Cifar, "ptb": Ptb}[side.model["family"]](side.model)
if side.model["family"] == "cifar":
    model = model.to(memory_format=torch.channels_last)
model.train()

NAMES = {
    "embeddings": "weight",
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
}
LSTM_NAMES = {"kernel": "weight_ih_l0", "recurrent_kernel": "weight_hh_l0", "bias": "bias_ih_l0"}


def parameter(name):
    """The parameter that tf.layers calls `layer/weight`."""
    layer, weight = name.split("/")
    module = getattr(model, layer)
    return getattr(module, (LSTM_NAMES if isinstance(module, nn.LSTM) else NAMES)[weight])


def to_torch(name, array):
    """Kernels are [out, in] and [out, in, height, width]; an LSTM's gates have the same order."""
    if not name.endswith("kernel"):
        return array
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T


def from_torch(name, array):
    if not name.endswith("kernel"):
        return array
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T


with torch.no_grad():
    for name, array in side.read_initial().items():
        parameter(name).copy_(torch.from_numpy(np.ascontiguousarray(to_torch(name, array))))

# One pass over each parameter.
OPTIMIZERS = {
    "adam": lambda weights, rate, epsilon: torch.optim.Adam(weights, rate, eps=epsilon, fused=True),
    "momentum": lambda weights, rate, _: torch.optim.SGD(weights, rate, momentum=0.9, fused=True),
    "sgd": lambda weights, rate, _: torch.optim.SGD(weights, rate, fused=True),
}


def gradients(x, y):
    model.zero_grad()
    model.loss(x, y).backward()
    names = [variable["name"] for variable in side.variables]
    return {name: from_torch(name, parameter(name).grad.numpy()) for name in names}


def make_step(rate, epsilon):
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = OPTIMIZERS[side.workload["optimizer"]](weights, rate, epsilon)

    def step(x, y):
        optimizer.zero_grad()
        loss = model.loss(x, y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def tensors(x, y):
    x, y = torch.from_numpy(x.copy()), torch.from_numpy(y.copy())
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2)  # whose memory is channels last already
    return x.long() if x.dtype == torch.int32 else x, y.long() if y.dtype == torch.int32 else y


side.serve("torch", [tensors(x, y) for x, y in side.read_batches()], gradients, make_step)

"""The problems that `generate.py` gives to other libraries' optimizers, and the files of what they compute."""

import importlib.metadata
import json
import pathlib
import platform

import numpy as np

STEPS = 8
LR, BETA1, BETA2, RHO, MOMENTUM, DECAY = 1 / 16, 7 / 8, 63 / 64, 7 / 8, 7 / 8, 1 / 16
# An ε that shows where it stands, and one that does not matter beside the other figures.
LARGE, SMALL = 1 / 128, 2.0**-30


def grid(random, shape):
    """Multiples of 1/64 in [−2, 2]."""
    return random.integers(-128, 129, shape) / 64


def dense_problem():
    """Two variables of shapes [3] and [2, 2]; a fifth of all gradients is exactly zero."""
    random = np.random.Generator(np.random.PCG64(1))
    shapes = [[3], [2, 2]]
    gradients = []
    for _ in range(STEPS):
        step = [grid(random, shape) for shape in shapes]
        gradients.append([g * (random.random(g.shape) > 0.2) for g in step])
        # The second one can stand for a table of which every row is sampled in every step.
        assert gradients[-1][1].any(axis=1).all()
    gradients[0][0][0] = 0  # the first of all, where a moment is still 0
    return {'shapes': shapes, 'initial': [grid(random, s) for s in shapes], 'gradients': gradients}


def table_problem(tokens, zero_row=None):
    """A table of shape [4, 3] and the gradients of the tokens that looked its rows up.

    `zero_row` = (step, position) of a token whose gradient is exactly zero.
    """
    random = np.random.Generator(np.random.PCG64(2))
    token_gradients = [grid(random, (len(ids), 3)) for ids in tokens]
    for rows in token_gradients:
        rows[:, 1] *= random.random(len(rows)) > 0.3  # zeros, but no row of zeros
        rows[:, 0][rows[:, 0] == 0] = 1
    if zero_row is not None:
        token_gradients[zero_row[0]][zero_row[1]] = 0
    gradients = []
    for ids, rows in zip(tokens, token_gradients):
        dense = np.zeros((4, 3))
        np.add.at(dense, ids, rows)
        gradients.append([dense])
    return {
        'shapes': [[4, 3]],
        'initial': [grid(random, (4, 3))],
        'gradients': gradients,
        'tokens': tokens,
        'tokenGradients': token_gradients,
    }


DENSE = dense_problem()
# Row 3 is sampled at last in step 7, row 0 not for four steps, and nothing in step 4.
TABLE = table_problem([[0, 2], [0, 1], [1, 2], [], [2], [1, 2], [0, 3], [0, 1, 3]])
# The same rows, but tokens repeat, and row 1 is sampled in step 3 with a gradient of zero.
TOKENS = table_problem(
    [[0, 2, 0], [1, 0], [2, 1, 2], [], [2], [1, 2], [3, 0, 3], [0, 1, 3]], zero_row=(2, 1)
)
PROBLEMS = {'dense': DENSE, 'table': TABLE, 'tokens': TOKENS}


class File:
    """The cases of one file, and how they are written."""

    def __init__(self, name, packages):
        self.name = name
        self.versions = {'python': platform.python_version()}
        self.versions |= {p: importlib.metadata.version(p) for p in packages}
        self.cases = {}

    def add(self, name, optimizer, problem, hyperparameters, values, slow=None, norms=None):
        """`values`, `slow`: lists of one array a variable, for each step; `norms`: numbers likewise."""
        assert name not in self.cases
        case = {'optimizer': optimizer, 'problem': problem, 'hyperparameters': hyperparameters}
        case['values'] = [flat(step) for step in values]
        if slow is not None:
            case['slow'] = [flat(step) for step in slow]
        if norms is not None:
            case['norms'] = norms
        self.cases[name] = case

    def write(self):
        used = {case['problem'] for case in self.cases.values()}
        problems = {
            name: {
                **problem,
                'initial': flat(problem['initial']),
                'gradients': [flat(step) for step in problem['gradients']],
            }
            for name, problem in PROBLEMS.items()
            if name in used
        }
        content = {'versions': self.versions, 'problems': problems, 'cases': self.cases}
        path = pathlib.Path(__file__).with_name(f'{self.name}.json')
        path.write_text(json.dumps(plain(content), ensure_ascii=False) + '\n', encoding='utf-8')


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def plain(value):
    """What JSON can hold: arrays as flat lists, numbers with 8 digits."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.ravel().tolist())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        rounded = float(f'{value:.8g}')
        return int(rounded) if rounded.is_integer() else rounded
    return value

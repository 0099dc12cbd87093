"""An Optuna study, spoken with in lines of JSON.

The first line of standard input says which; the answer is `{"ready": …}` or `{"refused": WHY}`. Each
further line is one request with an "id", answered by one line with the same "id", or with "error" where
it could not be done. The end of standard input ends the program; trials that are not told of stay RUNNING
in the storage, and are found there the next time.
"""
import json
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import Trial, TrialState

# Which of the sweep's trials one of the study's is.
ID = "lazyahead:trial"

optuna.logging.set_verbosity(optuna.logging.ERROR)


def say(**fields):
    print(json.dumps(fields), flush=True)


def distribution(space):
    if "values" in space:
        return CategoricalDistribution(space["values"])
    low, high, log = space["from"], space["to"], space.get("log", False)
    if space["whole"]:
        return IntDistribution(int(low), int(high), log=log)
    return FloatDistribution(float(low), float(high), log=log)


def sampler(name, seed):
    if name == "cmaes":
        return optuna.samplers.CmaEsSampler(seed=seed)
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, constant_liar=True)


def pruner(name):
    if name == "median":
        return optuna.pruners.MedianPruner()
    if name == "hyperband":
        return optuna.pruners.HyperbandPruner()
    return optuna.pruners.NopPruner()


class Server:
    def __init__(self, wanted):
        name, storage = wanted["name"], wanted["storage"]
        self.distributions = {n: distribution(s) for n, s in wanted["space"].items()}
        study = optuna.create_study(
            study_name=name,
            storage=storage,
            direction=wanted["direction"],
            pruner=pruner(wanted["prune"]),
            load_if_exists=True,
        )
        # A study that goes on must not draw the same numbers again.
        study.sampler = sampler(wanted["search"], wanted["seed"] + len(study.trials))
        self.study = study

    def known(self):
        return [
            {"number": t.number, "state": t.state.name, "parameters": t.params, "trial": t.user_attrs.get(ID)}
            for t in self.study.get_trials(deepcopy=False)
        ]

    def trial(self, number):
        frozen = self.study.get_trials(deepcopy=False)[number]
        return Trial(self.study, frozen._trial_id)

    def ask(self, _):
        trial = self.study.ask(self.distributions)
        return {"number": trial.number, "parameters": trial.params}

    def name(self, request):
        self.trial(request["number"]).set_user_attr(ID, request["trial"])
        return {}

    def report(self, request):
        trial = self.trial(request["number"])
        trial.report(request["value"], request["step"])
        return {"prune": bool(trial.should_prune())}

    def tell(self, request):
        state = TrialState[request["state"]]
        value = request.get("value") if state == TrialState.COMPLETE else None
        self.study.tell(request["number"], value, state=state)
        return {}

    def importance(self, _):
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        return {"importance": dict(optuna.importance.get_param_importances(self.study, evaluator=evaluator))}


def main():
    try:
        server = Server(json.loads(sys.stdin.readline()))
        say(ready={"known": server.known()})
    except Exception as error:
        say(refused=f"{type(error).__name__}: {error}".split("\n")[0])
        return
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say(id=request["id"], **getattr(server, request["do"])(request))
        except Exception as error:
            say(id=request["id"], error=f"{type(error).__name__}: {error}".split("\n")[0])


main()

"""Runs a file of tests and prints a line of JSON for each: its name, and what is wrong with it."""
import importlib
import json
import sys
import unittest


class Report(unittest.TestResult):
    def say(self, test, fault):
        name = getattr(test, "test_case", test).id().split(".")[-1]
        print(json.dumps({"name": name, "fault": fault}), flush=True)

    def addSuccess(self, test):
        self.say(test, None)

    def addError(self, test, error):
        self.say(test, self._exc_info_to_string(error, test))

    def addFailure(self, test, error):
        self.addError(test, error)

    def addSkip(self, test, reason):
        self.say(test, f"skipped: {reason}")

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.addError(subtest, error)


module = importlib.import_module(sys.argv[1])
unittest.defaultTestLoader.loadTestsFromModule(module).run(Report())

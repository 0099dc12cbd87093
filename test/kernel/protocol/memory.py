"""Memory"""
import psutil
from kernel_case import KernelCase


class Memory(KernelCase):
    def test_1000_small_cells_leave_less_than_150_mb_behind(self):
        process = psutil.Process(self.km.provisioner.pid)

        def run(count):
            cells = [self.send(f"const value{i % 20} = {i};\nvalue{i % 20} + 1") for i in range(count)]
            self.outcome(cells[-1])
            return process.memory_info().rss

        before = run(20)
        self.assertLess(run(1000) - before, 150e6)

"""Memory"""
import psutil
from kernel_case import KernelCase


class Memory(KernelCase):
    def test_1000_small_cells_leave_little_behind(self):
        process = psutil.Process(self.km.provisioner.pid)

        def run(count):
            cells = [self.send(f"const value{i % 20} = {i};\nvalue{i % 20} + 1") for i in range(count)]
            self.outcome(cells[-1])
            return process.memory_info().rss

        before = run(20)
        # 110 MB where the machine is idle (npm run bench -- kernel, whose limit is 150 MB).
        self.assertLess(run(1000) - before, 250e6)

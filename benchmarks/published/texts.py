"""What the page says in words; every number comes from the files."""

from __future__ import annotations

HEAD = """\
# Performance

Written by `make performance` from [results/performance](../results/performance); do not edit. The benchmarks are in
[benchmarks](../benchmarks/README.md), which also says how the peers were made alike. They report and assert no time:
a figure that missed its aim stands here like one that met it."""

READING = """\
Seconds are medians over rounds; `fastest` is the fastest round. Everything in one table was timed in turns, a round of
each and then the next round of each, in one process with pauses in between, so that all of them met the machine at the
same moments and no threads of one library spin while another is timed. Ratios are of medians; in parentheses stand the
lowest and the highest ratio of a single round. The device is waited for on both sides of the clock."""

NO_GPU = """\
## On a GPU

Not measured: no figure of a CUDA device has been taken yet, and none is estimated. On a machine with one, where
benchkit and pytest-benchmark are installed, `make performance-cuda` measures it in less than eight minutes
(`BENCHKIT_DEVICE=cuda python benchmarks/performance.py --measure cuda --brief`) and adds its section here."""

REPEAT = """\
## How to repeat it

`make performance` installs the extra `peers`, measures (under an hour; leave the machine alone) and writes this
page. `BENCHKIT_DATA` names the folder with MNIST's files. A part of it:
`python -m pytest benchmarks/test_peers.py --benchmark-only`. A trial of everything in minutes, whose figures mean
nothing: `BENCHKIT_BENCH_SCALE=0.02 BENCHKIT_BENCH_ROUNDS=1 python benchmarks/performance.py --measure trial --into
FOLDER`. The page alone, from the files as they are: `python benchmarks/performance.py`; with `--check` it only says
whether the page is up to date."""

ABOUT = {
    "test_peers": """\
The same images, layers, activations, loss, optimiser, learning rate, epochs and batch size; PyTorch's and TensorFlow's
threads are as many. A new network each round. The bound is what the step's matrix products alone take, at the rate
that this machine reached for these very shapes in the same rounds; the better number of threads counts. A ratio above 1
says that benchkit is faster. Twenty times PyOD was aimed at when an epoch took it six seconds: where the bound is more
than a twentieth of its seconds, nothing can meet that.""",
    "test_together": """\
What `fit_many` is for: one call trains a network for each seed. Ratios are to one seed alone, so linear growth would
read 10 for ten. Thirty seeds have one round. Few images, so that all of it takes minutes; the work an image is that of
a full training. On a processor, networks trained together end at the very bits of those trained alone. On a GPU each
step agrees to float32 rounding; how far they are apart at the end says how the network amplifies it: a ReLU does that
falls to the other side of 0.""",
    "test_ceilings": """\
The machine's own limits, measured in the same run, and how near each detector comes when a run times it: images in,
scores out, the view included. `p50`, `p95` and `p99` are latencies of one batch of 1,024; the images lie on the device,
*from the host* they come from pinned memory. The limit is what the matrix products and the bytes of a score allow at
the machine's best.""",
    "test_growth": """\
A whole sweep in one process, with metrics, intervals, timing and store, at three sizes of one thing.""",
    "test_sweep": """\
Whole commands, as a user starts them. *From scratch* shares nothing between two pairs of detector and anomaly, but
trains with the same lean loops: what separates it from the command is sharing, training together and two processes.""",
}
"""What stands above the first table of each file of benchmarks."""

"""Benchmarks: ours and its peer in one script on the same input; ratios are the bar."""

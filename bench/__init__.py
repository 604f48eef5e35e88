"""Benchmarks: each prints lines `name value unit (goal …)`, ratios against a peer or a floor measured in the same run.

make bench              all
make bench ONLY=lists   one
make bench SIZE=small   all within a minute: CI sees that each runs; the figures say nothing about the goals
"""

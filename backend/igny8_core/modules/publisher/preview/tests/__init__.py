"""Tests of the preview site; they need a folder to write in and nothing else."""

"""`python -m qiaotou_verifier`: what `qiaotou-verify` does."""

from qiaotou_verifier.cli import main

main(prog_name="qiaotou-verify")

"""`python -m ops`, which `./qiaotou` hands over to."""

from ops.cli import main

main(prog_name="./qiaotou")

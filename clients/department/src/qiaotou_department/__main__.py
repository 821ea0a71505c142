"""`python -m qiaotou_department` is `qiaotou-department`."""

from qiaotou_department.cli import main

main(prog_name="qiaotou-department")

"""`python -m rnntui`: the program, where its script isn't on the path."""

from rnntui.cli.main import run

if __name__ == "__main__":
    run()

"""Run as `python -m lodeway`."""

from lodeway.cli import main

if __name__ == "__main__":
    main()

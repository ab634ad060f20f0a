"""Greets everybody named on the command line."""

import sys

from example.greet.greeter import greet


def main():
    for name in sys.argv[1:]:
        print(greet(name).text)


if __name__ == "__main__":
    main()

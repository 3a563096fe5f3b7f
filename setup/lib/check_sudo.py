"""Each call of sudo() has its reason beside it: a comment in its statement, or within the three lines above.

    check_sudo.py DIRECTORY…

Prints the calls that have none, and exits with 1 if there are any.
"""

import ast
import io
import sys
import tokenize
from pathlib import Path

LINES_ABOVE = 3


def comment_lines(source):
    """:return: the numbers of the lines that have a comment"""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def unexplained(source):
    """:return: the lines of the calls of sudo() without a reason"""
    comments = comment_lines(source)
    nodes = list(ast.walk(ast.parse(source)))
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    missing = set()
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sudo":
            line = node.func.end_lineno
            # The innermost statement begins last.
            start = max(stmt.lineno for stmt in statements if stmt.lineno <= line <= stmt.end_lineno)
            if comments.isdisjoint(range(start - LINES_ABOVE, line + 1)):
                missing.add(line)
    return sorted(missing)


def main(directories):
    status = 0
    for path in sorted(path for directory in directories for path in Path(directory).rglob("*.py")):
        for line in unexplained(path.read_text()):
            print(f"{path}:{line}: sudo() without its reason in a comment beside it")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

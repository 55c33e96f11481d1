"""The text of scenarios as a tree: a scenario holds objects and bodies, a body ops, a block ops again."""


class Op:
    """A line of a body. A block holds `body`; `try` also a handler, the class that it is for, and `final`."""

    __slots__ = ('words', 'name', 'text', 'body', 'kind', 'handler', 'final')

    def __init__(self, words):
        self.words = words[1:]
        self.name = words[0]
        self.text = ' '.join(words)
        self.body = self.kind = self.handler = self.final = None


class Scenario:
    def __init__(self, name):
        self.name = name
        self.objects = []
        self.bodies = {}


def parse_block(lines):
    """The ops up to the line that ends the block; that line comes with them."""
    ops = []
    for words in lines:
        if words[0] in ('end', 'except', 'finally'):
            return ops, words
        op = Op(words)
        ops.append(op)
        if op.name in ('timeout', 'group', 'repeat'):
            op.body, _ = parse_block(lines)
        elif op.name == 'try':
            op.body, last = parse_block(lines)
            if last[0] == 'except':
                op.kind = last[1]
                op.handler, last = parse_block(lines)
            if last[0] == 'finally':
                op.final, last = parse_block(lines)
    raise SyntaxError('a block without end')


def parse(text):
    """The scenarios of a file, in order."""
    lines = iter([words for line in text.split('\n') if (words := line.partition('#')[0].split())])
    scenarios = []
    for words in lines:
        match words:
            case ['scenario', name]:
                scenarios.append(Scenario(name))
            case ['object', kind, name, *args]:
                scenarios[-1].objects.append((kind, name, args))
            case ['body', name]:
                scenarios[-1].bodies[name], _ = parse_block(lines)
            case _:
                raise SyntaxError(' '.join(words))
    return scenarios

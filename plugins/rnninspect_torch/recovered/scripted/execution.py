"""Runs functions: statements in order, both branches of an open condition, a loop's body once."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance
from rnninspect.graphs import Exhausted, Value
from rnninspect_torch.recovered.operators.values import MISSING, UNKNOWN, Raised, unwrapped
from rnninspect_torch.recovered.scripted.evaluation import Evaluation
from rnninspect_torch.recovered.scripted.loops import Carried, assigned_in
from rnninspect_torch.recovered.scripted.merging import merged
from rnninspect_torch.script.syntax import Assign, Evaluate, If, Loop, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_torch.recovered.scripted.evaluation import Variables
    from rnninspect_torch.script.classes import Function
    from rnninspect_torch.script.syntax import Block

_NO_RETURN = object()
_VARIABLES_IN_A_STEP = 16
_MOST_PARSED = 4_000_000  # characters of one function; a statement has some forty
_CHARACTERS_IN_A_STEP = 8


class Execution(Evaluation):
    """Runs functions of an archive over values of the core's graph."""

    def call(self, function: Function, positional: Sequence[object], named: Variables) -> object:
        """Run a function; what it returns."""
        self.enter()
        variables: Variables = {}
        for at, parameter in enumerate(function.parameters):
            if at < len(positional):
                variables[parameter.name] = positional[at]
            elif parameter.name in named:
                variables[parameter.name] = named[parameter.name]
            elif parameter.default is not None:
                variables[parameter.name] = self.evaluate(parameter.default, {})
            else:
                variables[parameter.name] = UNKNOWN
        self._spend_on_parsing(function)
        found = self.run(function.body, variables)
        self.depth -= 1
        return None if found is _NO_RETURN else found

    def _spend_on_parsing(self, function: Function) -> None:
        """Take steps for the body of a function before it is parsed; Exhausted if it is long."""
        if not function.is_parsed:
            if len(function.text) > _MOST_PARSED:
                raise Exhausted
            self.program.graph.expressions.spend(len(function.text) // _CHARACTERS_IN_A_STEP)

    def run(self, block: Block, variables: Variables) -> object:
        """Run statements; what they return, if they do."""
        self.enter()
        found: object = _NO_RETURN
        for statement in block:
            self.program.graph.expressions.spend(1)
            match statement:
                case Assign():
                    self._assign(statement, variables)
                case Evaluate():
                    found = self._evaluate(statement, variables)
                case If():
                    found = self._choose(statement, variables)
                case Loop():
                    self._loop(statement, variables)
                case Unknown():
                    variables.update(dict.fromkeys(statement.targets, UNKNOWN))
            if found is not _NO_RETURN:
                break
        self.depth -= 1
        return found

    def _assign(self, statement: Assign, variables: Variables) -> None:
        targets = statement.targets
        count = len(targets) if statement.unpacks else 0
        value = self.evaluate(statement.value, variables, count)
        values = self.unpacked(value, count) if statement.unpacks else (value,)
        for target, each in zip(targets, values, strict=True):
            owner, dot, name = target.partition(".")
            if not dot:
                variables[target] = each
            elif isinstance(module := variables.get(owner), Instance):
                self.objects.set(module, name, each)

    def _evaluate(self, statement: Evaluate, variables: Variables) -> object:
        value = None
        if statement.value is not None:
            value = self.evaluate(statement.value, variables)
        return value if statement.returns else _NO_RETURN

    def _choose(self, statement: If, variables: Variables) -> object:
        condition: object = UNKNOWN
        if statement.condition is not None:
            condition = unwrapped(self.evaluate(statement.condition, variables))
        if isinstance(condition, bool):
            return self.run(statement.then if condition else statement.otherwise, variables)
        return self._both(statement, variables, condition)

    def _both(self, statement: If, variables: Variables, condition: object) -> object:
        """Run both branches; a branch that raises is not taken."""
        self.program.graph.expressions.spend(len(variables) // _VARIABLES_IN_A_STEP)
        one, other = dict(variables), dict(variables)
        depth, loops = self.depth, self.program.depth
        results = []
        for block, own in ((statement.then, one), (statement.otherwise, other)):
            try:
                results.append(self.run(block, own))
            except Raised:
                self.depth, self.program.depth = depth, loops
                results.append(MISSING)
        if results.count(MISSING) == len(results):
            raise Raised
        if MISSING in results:
            variables.update(other if results[0] is MISSING else one)
            return results[1] if results[0] is MISSING else results[0]
        given = condition if isinstance(condition, Value) else self.program.made(())
        for name in (*assigned_in(statement.then), *assigned_in(statement.otherwise)):
            first, second = one.get(name, MISSING), other.get(name, MISSING)
            variables[name] = merged(self.program, given, first, second)
        if _NO_RETURN in results:
            return _NO_RETURN
        return merged(self.program, given, results[0], results[1])

    def _loop(self, statement: Loop, variables: Variables) -> None:
        if statement.over is not None and statement.counter:
            self.evaluate(statement.over, variables)
        carried = Carried(self.program, statement.body, variables)
        if statement.counter:
            variables[statement.counter] = UNKNOWN
        self.program.depth += 1
        self.run(statement.body, variables)
        self.program.depth -= 1
        carried.close(variables)

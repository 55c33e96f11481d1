"""The same programs under asyncio, on a virtual clock. Where JavaScript's verbs do otherwise by docs/asyncio.md, a comment names
the row or note."""

import asyncio
import json

from loop import VirtualLoop
from verbs import Scope, name_of, outcome

SIGNALS = 3
END = 100_000_000_000
LATE = object()  # the reason of a leaf's own timeout
PROMISES = {'promise', 'asCompleted'}
WHEN = {'first': asyncio.FIRST_COMPLETED, 'error': asyncio.FIRST_EXCEPTION, 'all': asyncio.ALL_COMPLETED}


def ask(task, reason):
    """cancel() of a task that is done says that its error is not asked for."""
    if not task.done():
        task.cancel(reason)


class World:
    def __init__(self, program):
        self.program = program
        self.loop = VirtualLoop()
        self.loop.call_exception_handler = self.logs
        self.items = {}
        self.promises = set()
        self.begun = {}  # the id of a scope: when
        self.copies = []
        self.logged = set()  # futures
        self.limited = [[] for _ in range(SIGNALS)]
        self.aborted = [None] * SIGNALS
        self.result = {'nodes': {}, 'made': {}, 'answers': [], 'asked': {}, 'left': []}

    def logs(self, context):
        self.logged.add(context.get('future') or context.get('task'))

    def run(self):
        self.loop.run_until_complete(self.loop.create_task(self.main()))
        result = self.result
        items = self.items.items()
        result['left'] = [repr(task) for task in asyncio.all_tasks(self.loop) if not task.done()]
        result['asked'] = {id: item.cancelling() for id, item in items if isinstance(item, asyncio.Task)}
        result['unseen'] = [id for id, item in items if item._log_traceback]
        result['logged'] = [id for id, item in items if item in self.logged]
        for item in [*self.items.values(), *self.copies]:
            item._log_traceback = False
        return result

    async def main(self):
        for event in self.program['events']:
            if event['at']:
                self.loop.call_at(event['at'], self.act, event)
            else:
                self.act(event)
        await asyncio.sleep(END)

    def act(self, event):
        if 'make' in event:
            self.make(event['make'])
        elif 'abort' in event:
            self.abort(event['abort'], event['reason'])
        else:
            self.cancel(event['cancel'], event['reason'])

    def cancel(self, id, reason):
        if id in self.items and id not in self.promises:
            answer = self.items[id].cancel(reason)
            self.result['answers'].append({'at': self.loop.now, 'id': id, 'answer': answer})

    def stop(self, id, reason):
        """By a body. See ours.mjs."""
        if self.begun.get(id) != self.loop.now:
            self.cancel(id, reason)

    def abort(self, signal, reason):
        if self.aborted[signal] is None:
            self.aborted[signal] = reason
            for task in self.limited[signal]:
                ask(task, reason)

    def watch(self, node, item):
        id = node['id']
        self.items[id] = item
        self.result['made'][id] = self.loop.now
        if 'steps' in node:
            self.begun[id] = self.loop.now
        item.add_done_callback(lambda item: self.result['nodes'].setdefault(id, {'at': self.loop.now, **self.end(item)}))
        return item

    def end(self, item):
        if item.cancelled():
            reason = item._cancel_message
            return {'cancelled': True, **({'reason': reason} if isinstance(reason, str) else {})}
        if item._exception:
            return {'error': name_of(item._exception)}
        return {'value': self.value(item._result)}

    def value(self, value):
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return name_of(value) if isinstance(value, BaseException) else value

    def id_of(self, item):
        exact = [id for id, each in self.items.items() if each is item]
        return (exact or [id for id, each in self.items.items() if each is item.promise])[0]

    def handed(self, id):
        """A promise can't be stopped, only be waited for no more [Coroutines and tasks: combinators take promises]."""
        item = self.items[id]
        if id not in self.promises:
            return item
        handed = self.copy(item) if item.done() else asyncio.shield(item)
        handed.promise = item
        return handed

    def copy(self, promise):
        """A future of its own, as a verb of rt makes one of a promise."""
        copy = self.loop.create_future()
        if promise.exception():
            copy.set_exception(promise.exception())
        else:
            copy.set_result(promise.result())
        self.copies.append(copy)
        return copy

    def make(self, node):
        kind = node['kind']
        items = None
        if 'items' in node:
            handed = {id: self.handed(id) for id in dict.fromkeys(node['items']) if id in self.items}
            items = [handed[id] for id in node['items'] if id in handed]
            if not items and kind not in ('gather', 'asCompleted'):
                return None
        if kind in PROMISES:
            self.promises.add(node['id'])
        return self.watch(node, getattr(self, kind)(node, items))

    def task(self, coroutine, signal=None, eager=True, kind=asyncio.Task, create=None):
        """Who is given a signal that has aborted does not begin; a signal asks all that it stops, in their order [2]."""
        aborted = signal is not None and self.aborted[signal] is not None
        eager = eager and not aborted
        task = create(coroutine, eager_start=eager) if create else kind(coroutine, loop=self.loop, eager_start=eager)
        if aborted:
            task.cancel(self.aborted[signal])
        elif signal is not None:
            self.limited[signal].append(task)
        return task

    def leaf(self, node, items, create=None):
        task = self.task(leaf(node), node.get('signal'), node.get('eager', False), create=create)
        if 'timeout' in node and not task.done():
            self.loop.call_later(node['timeout'], ask, task, LATE)  # one more request, with an error of its own [2]
        return task

    def promise(self, node, items):
        async def promise():
            await asyncio.sleep(node['after'])
            return outcome(node['end'])
        return self.task(promise())

    def gather(self, node, items):
        return asyncio.gather(*items, return_exceptions=node.get('collect', False))

    def wait(self, node, items):
        async def wait():
            done, pending = await asyncio.wait(items, timeout=node.get('timeout'), return_when=WHEN[node['when']])
            ids = dict.fromkeys(map(self.id_of, items))  # in the order given [5]
            done = {self.id_of(item) for item in done}
            return {'done': [id for id in ids if id in done], 'pending': [id for id in ids if id not in done]}
        return self.task(wait())

    def waitFor(self, node, items):
        async def wait_for():
            return await asyncio.wait_for(items[0], node.get('timeout'))
        return self.task(wait_for())

    def shield(self, node, items):
        return asyncio.shield(items[0])

    def asCompleted(self, node, items):
        async def as_completed():
            got = []
            try:
                async for item in asyncio.as_completed(items, timeout=node.get('timeout')):
                    try:
                        result = self.value(await item)
                    except (Exception, asyncio.CancelledError) as error:
                        result = name_of(error)
                    got.append([self.id_of(item), result])
                    if len(got) >= node.get('take', 99):
                        break
            except TimeoutError as error:
                got.append(name_of(error))
            return got
        return self.task(as_completed())

    def timeout(self, node, items):
        async def timeout():
            async with asyncio.timeout(node.get('timeout')) as scope:
                return await self.body(node, timeout=scope)
        return self.task(Scope.keeping_its_reason(timeout()), node.get('signal'), kind=Scope)

    def group(self, node, items):
        async def group():
            task = asyncio.current_task()
            own = None
            try:
                async with asyncio.TaskGroup() as task.group:
                    task.group.added = set()
                    try:
                        value = await self.body(node, group=task.group)
                    except asyncio.CancelledError as error:
                        if task.outside is None and not task.own:
                            task.outside = error.args  # the members are asked with this; who asks later gives no other
                        raise
                    except Exception as error:
                        own = error
                        raise
            except ExceptionGroup as failed:
                raise self.without(own, failed)
            if task.outside is not None:  # a cancelled group is cancelled, whatever its body makes of that [7]
                raise asyncio.CancelledError(*task.outside)
            return value
        return self.task(Scope.keeping_its_reason(group()), node.get('signal'), kind=Scope)

    def without(self, own, failed):
        """What the body hands on from a member is one error [7]. The body's own is the last."""
        *errors, last = failed.exceptions
        handed_on = last is own and any(own is error for error in errors)
        return ExceptionGroup(failed.message, errors) if handed_on else failed

    async def body(self, node, timeout=None, group=None):
        for step in node['steps']:
            try:
                await self.step(step, timeout, group)
            except (Exception, asyncio.CancelledError):
                if not step.get('catches'):
                    raise
        return outcome(node['end'])

    async def step(self, step, timeout, group):
        if 'make' in step:
            if self.make(step['make']):
                await self.handed(step['make']['id'])
        elif 'await' in step:
            if step['await'] in self.items:
                await self.handed(step['await'])
        elif 'move' in step:
            if not timeout.expired():
                timeout.reschedule(None if step['move'] is None else self.loop.now + step['move'])
        elif 'stop' in step:
            self.stop(step['stop'], step['reason'])
        elif group._aborting:
            pass
        elif 'spawn' in step:
            group.added.add(step['spawn']['id'])
            self.watch(step['spawn'], self.leaf(step['spawn'], None, create=group.create_task))
        elif step['add'] in self.items and not self.items[step['add']].done() and step['add'] not in group.added:
            group.added.add(step['add'])
            group.create_task(self.member(step['add']), eager_start=True)

    async def member(self, id):
        """group.add takes what there is [7]. A promise is waited for to its end: a group ends after its members."""
        item = self.items[id]
        while id in self.promises and not item.done():
            try:
                await asyncio.shield(item)
            except asyncio.CancelledError:
                pass
            except Exception:
                break
        return await item


async def leaf(node):
    try:
        try:
            await asyncio.sleep(node['after'])
        except asyncio.CancelledError:
            how = ('obeys', 'swallows', 'cleans', 'fails', 'resists')[node.get('mode', 0)]
            if how == 'obeys':
                raise
            if how == 'swallows':
                return 900
            await asyncio.sleep(node['clean'])
            if how == 'cleans':
                raise
            if how == 'fails':
                outcome(-1777)
        return outcome(node['end'])
    except asyncio.CancelledError as error:
        if error.args[:1] == (LATE,):
            raise TimeoutError from None
        raise


def run_text(text):
    return json.dumps([World(program).run() for program in json.loads(text)])

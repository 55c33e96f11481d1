# CPython in a process of its own: a line of JSON when it is ready; then a line in, "BENCH n depth count", and a line of
# JSON out. One loop for all, as a program has it.
import asyncio
import json
import sys

from benches import run


async def answer(line):
    try:
        value, check = await run(*line.split())
        return {"value": value, "check": check}
    except Exception as error:
        return {"error": repr(error)}


print("{}", flush=True)
with asyncio.Runner() as runner:
    for line in sys.stdin:
        print(json.dumps(runner.run(answer(line))), flush=True)

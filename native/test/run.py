"""Runs every test_* function of the test_*.py files beside it and prints one line for each: ok, not ok or skip.

A test's name is its sentence (underscores are spaces). Arguments: words; only tests whose file or name holds one of them run.
"""
import importlib, os, sys, time, traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness


def tests(words):
    for file in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if file.startswith("test_") and file.endswith(".py"):
            module = importlib.import_module(file[:-3])
            for name, value in list(vars(module).items()):
                if name.startswith("test_") and (not words or any(w in file + name for w in words)):
                    yield file[5:-3], name[5:].replace("_", " "), value


def run(room, name, test):
    who = "root" if harness.IS_ROOT else "user"
    started = time.monotonic()
    try:
        test()
    except harness.Skip as reason:
        print(f"skip - {room} ({who}): {name} ({reason})", flush=True)
        return True
    except Exception:
        print(f"not ok - {room} ({who}): {name}", flush=True)
        print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
        return False
    print(f"ok - {room} ({who}): {name} [{time.monotonic() - started:.2f} s]", flush=True)
    return True


def main():
    try:
        results = [run(*test) for test in tests(sys.argv[1:])]
    finally:
        harness.clean()
    sys.exit(0 if results and all(results) else 1)


main()

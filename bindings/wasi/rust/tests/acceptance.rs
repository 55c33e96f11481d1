//! What the host promises. PROGRAM=tasks.wasm cargo test --release -- --nocapture
use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wasyncio::{Error, HostFunction, Options, Program, Remote, Runtime, Task, Value};

const MS: Duration = Duration::from_millis(1);

fn program() -> Program { Program::from_file(std::env::var("PROGRAM").expect("PROGRAM=tasks.wasm")).unwrap() }

fn options() -> Options {
    Options {
        imports: Some(|linker| linker.func_wrap("embedder", "called", || {}).map(drop)),
        ..Options::default()
    }
}

fn nothing_left(runtime: &mut Runtime) {
    assert_eq!(runtime.counts().unwrap()[..6], [0; 6]);
}

#[test]
fn ten_thousand_tasks_half_cancelled_deadlines_on_a_quarter() {
    let mut runtime = program().start(options()).unwrap();
    let tasks: Vec<_> = (0..10_000)
        .map(|n| {
            let (nap, timeout) = match n % 4 {
                1 => (1e6, Some(200 * MS)),
                3 => (30.0, None),
                _ => (1e6, None),
            };
            runtime.spawn_with("naps", nap, &format!("no {n}"), timeout).unwrap()
        })
        .collect();
    for (n, task) in tasks.iter().enumerate().step_by(2) {
        assert!(runtime.cancel(*task, &format!("reason {n}")).unwrap());
    }
    runtime.run(&tasks).unwrap();
    for (n, task) in tasks.iter().enumerate() {
        let outcome = runtime.outcome(*task).unwrap();
        assert_eq!(outcome.name, format!("no {n}"));
        match n % 4 {
            1 => assert!(outcome.timed_out),
            3 => assert_eq!((outcome.status, outcome.value), (0, Value::Number(30.0))),
            _ => assert!(outcome.cancelled() && outcome.reason == format!("reason {n}")),
        }
    }
    nothing_left(&mut runtime);
}

#[test]
fn another_thread_cancels_a_computing_task_within_50_ms() {
    let mut options = options();
    options.budget = Duration::from_secs(1_000_000); // only the host's own wish ends the turn
    options.guard = None;
    options.on_report = Some(Box::new(|_, _| ()));
    let mut runtime = program().start(options).unwrap();
    let mut measure = || {
        let mut took: Vec<Duration> = (0..50)
            .map(|_| {
                let task = runtime.spawn("computes", Value::Nothing).unwrap();
                let (remote, (tell, asked)) = (runtime.remote(), mpsc::channel());
                let thread = thread::spawn(move || {
                    thread::sleep(10 * MS);
                    tell.send(Instant::now()).unwrap();
                    remote.cancel(task, "enough");
                });
                runtime.run(&[task]).unwrap();
                let took = asked.recv().unwrap().elapsed();
                thread.join().unwrap();
                assert_eq!(runtime.outcome(task).unwrap().reason, "enough");
                took
            })
            .collect();
        took.sort();
        println!("cancelled by a thread while computing: median {:?}, max {:?}", took[25], took[49]);
        took[25] < 50 * MS && took[47] < 50 * MS
    };
    assert!((0..3).any(|_| measure()), "in one of three: the machine may be busy");
    nothing_left(&mut runtime);
}

#[test]
fn a_loop_without_checkpoints_is_interrupted_and_the_others_go_on() {
    let (tell, reports) = mpsc::channel();
    let mut options = options();
    options.guard = Some(200 * MS);
    options.on_report = Some(Box::new(move |_, text| tell.send(text.to_string()).unwrap()));
    let mut runtime = program().start(options).unwrap();
    let hog = runtime.spawn_with("never_looks", Value::Nothing, "hog", None).unwrap();
    let (sleeper, trap) = (runtime.spawn("sleeper", 20.0).unwrap(), runtime.spawn("traps", 5.0).unwrap());
    let deep = runtime.spawn("crawl", 5000.0).unwrap();
    runtime.run(&[hog, sleeper, trap, deep]).unwrap();
    let statuses = [hog, sleeper, trap, deep].map(|task| runtime.outcome(task).unwrap().status);
    assert_eq!(statuses, [-11, 0, -11, -10]);
    assert!(reports.try_iter().any(|text| text.contains("'hog' was interrupted by its host")));
    nothing_left(&mut runtime);
}

#[test]
fn the_host_answers_and_refuses() {
    let mut options = options();
    options.host = HashMap::from([("ask".to_string(), Box::new(|question: Value| match question {
        Value::Text(text) if text == "what?" => Err("no one knows".to_string()),
        Value::Text(text) => Ok(Value::Text(text.to_uppercase())),
        _ => unreachable!(),
    }) as wasyncio::HostFunction)]);
    let mut runtime = program().start(options).unwrap();
    let tasks = [runtime.spawn("asks", "who?").unwrap(), runtime.spawn("asks", "what?").unwrap()];
    runtime.run(&tasks).unwrap();
    let texts = tasks.map(|task| runtime.outcome(task).unwrap().value);
    assert_eq!(texts, [Value::from("WHO?"), Value::from("no one knows")]);
    assert!(runtime.spawn("nobody", "").unwrap_err().to_string().contains("nobody"));
    let (obeys, ignores) = (runtime.spawn("tells_why", "").unwrap(), runtime.spawn("stubborn", "").unwrap());
    runtime.turn().unwrap();
    assert_eq!(runtime.close(100 * MS).unwrap(), 1);
    assert_eq!([obeys, ignores].map(|task| runtime.outcome(task).unwrap().status), [-1, -12]);
}

#[test]
fn a_thousand_instances_come_and_go() {
    let resident = || -> usize {
        let numbers = std::fs::read_to_string("/proc/self/statm").unwrap();
        numbers.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4 / 1024
    };
    let program = program();
    let sizes: Vec<usize> = (0..=1000)
        .map(|n| {
            let mut runtime = program.start(options()).unwrap();
            let tasks = [runtime.spawn("echo", "hello").unwrap(), runtime.spawn("sleeper", 1e6).unwrap()];
            runtime.run(&tasks[..1]).unwrap();
            if n % 2 == 0 {
                runtime.close(Duration::ZERO).unwrap();
            }
            drop(runtime);
            resident()
        })
        .collect();
    println!("resident MB after 250, 500, 1,000 instances: {} {} {}", sizes[250], sizes[500], sizes[1000]);
    assert!(sizes[1000] <= sizes[250] + 8);
}

#[test]
fn an_answer_that_does_not_fit_is_an_error_of_its_task_alone_and_long_times_are_long() {
    let answer = |_| Ok(Value::Bytes(vec![0; 3 << 30]));
    let mut options = Options { guard: Some(Duration::MAX), ..self::options() };
    options.host = HashMap::from([("ask".to_string(), Box::new(answer) as HostFunction)]);
    let mut runtime = program().start(options).unwrap();
    let (asks, other) = (runtime.spawn("asks", "much").unwrap(), runtime.spawn("echo", "other").unwrap());
    runtime.run(&[asks, other]).unwrap();
    assert!(runtime.done(asks));
    assert_eq!(runtime.outcome(other).unwrap().status, 0);
    let computes = runtime.spawn("computes", Value::Nothing).unwrap();
    let remote = runtime.remote();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200)); // four ticks of the guard
        remote.cancel(computes, "enough")
    });
    runtime.run(&[computes]).unwrap();
    thread.join().unwrap();
    assert_eq!(runtime.outcome(computes).unwrap().reason, "enough");
    assert_eq!(runtime.close(Duration::MAX).unwrap(), 0);
}

#[test]
fn a_turn_is_due_at_once_for_a_request_that_came_during_it() {
    let (tell, told) = mpsc::channel::<(Remote, Task)>();
    let mut options = options();
    options.on_report = Some(Box::new(move |_, _| {
        let (remote, task) = told.recv().unwrap();
        remote.cancel(task, "by a listener")
    }));
    let mut runtime = program().start(options).unwrap();
    let (swallows, waits) = (runtime.spawn("swallows", Value::Nothing).unwrap(), runtime.spawn("waits", Value::Nothing).unwrap());
    tell.send((runtime.remote(), waits)).unwrap();
    runtime.turn().unwrap();
    runtime.cancel(swallows, "why").unwrap();
    assert_eq!(runtime.turn().unwrap(), Some(Duration::ZERO));
    runtime.turn().unwrap();
    assert_eq!(runtime.outcome(waits).unwrap().reason, "by a listener");
}

#[test]
fn one_that_sees_the_request_by_itself() {
    let mut runtime = program().start(options()).unwrap();
    let late = runtime.spawn_with("looks", Value::Nothing, "late", Some(10 * MS)).unwrap();
    let told = runtime.spawn("looks", Value::Nothing).unwrap();
    runtime.turn().unwrap();
    runtime.cancel(told, "user left").unwrap();
    runtime.run(&[late, told]).unwrap();
    assert!(runtime.outcome(late).unwrap().timed_out);
    assert_eq!(runtime.outcome(told).unwrap().reason, "user left");
    nothing_left(&mut runtime);
}

#[test]
fn what_a_close_has_ended_still_has_its_name() {
    let mut options = options();
    options.on_report = Some(Box::new(|_, _| ()));
    let mut runtime = program().start(options).unwrap();
    let task = runtime.spawn_with("stubborn", Value::Nothing, "mule", None).unwrap();
    runtime.turn().unwrap(); // into its loop
    assert_eq!(runtime.close(50 * MS).unwrap(), 1);
    let outcome = runtime.outcome(task).unwrap();
    assert_eq!((outcome.status, outcome.name.as_str(), outcome.pending()), (-12, "mule", false));
}

#[test]
fn a_host_function_that_panics_has_answered() {
    let mut options = options();
    let ask: HostFunction = Box::new(|question| match question {
        Value::Text(text) if text == "panic" => panic!("in the host function"),
        other => Ok(other),
    });
    options.host = HashMap::from([("ask".into(), ask)]);
    let mut runtime = program().start(options).unwrap();
    let tasks = [runtime.spawn("asks", "panic").unwrap(), runtime.spawn("asks", "other").unwrap()];
    let panicked = catch_unwind(AssertUnwindSafe(|| runtime.run(&tasks))).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"in the host function"));
    runtime.run(&tasks).unwrap();
    let text = |task| match runtime.outcome(task).unwrap().value { Value::Text(text) => text, other => panic!("{other:?}") };
    assert_eq!(tasks.map(text), ["the host function 'ask' panicked", "other"]);
    nothing_left(&mut runtime);
}

#[test]
fn a_spawn_that_is_refused_keeps_no_memory() {
    let mut runtime = program().start(options()).unwrap();
    let first = runtime.spawn_with("echo", "first", "named", None).unwrap();
    runtime.run(&[first]).unwrap();
    let before = runtime.counts().unwrap();
    let large = vec![0u8; 1 << 31];
    for _ in 0..3 {
        assert!(runtime.spawn_with("echo", large.as_slice(), "named", None).is_err());
        assert!(runtime.spawn_with("nobody", "x", "named", None).is_err());
    }
    assert_eq!(runtime.counts().unwrap(), before);
}

#[test]
fn without_memory_no_task_is_left_and_no_request_is_lost() {
    let mut runtime = program().start(options()).unwrap();
    let allocation_fails = |runtime: &mut Runtime, n: i32| {
        let task = runtime.spawn("fails_allocation", f64::from(n))?;
        runtime.run(&[task])
    };
    let mut refused = 0;
    for n in 0..16 { // of a call that makes fewer allocations, a later one
        allocation_fails(&mut runtime, n).unwrap();
        match runtime.spawn_with("waits", "input", "named", Some(60_000 * MS)) {
            Ok(task) => drop(runtime.cancel(task, "why").unwrap()),
            Err(_) => refused += 1,
        }
        let _ = allocation_fails(&mut runtime, -1);
        runtime.turn().unwrap();
        nothing_left(&mut runtime);
    }
    assert!(refused > 5);
    for n in 0..16 {
        let tasks = ["first", "second"].map(|name| runtime.spawn_with("waits", 0.0, name, None).unwrap());
        runtime.turn().unwrap();
        allocation_fails(&mut runtime, n).unwrap();
        tasks.iter().for_each(|task| runtime.remote().cancel(*task, "enough"));
        runtime.run(&tasks).unwrap();
        assert_eq!(tasks.map(|task| runtime.outcome(task).unwrap().status), [-1; 2]);
        let _ = allocation_fails(&mut runtime, -1);
        runtime.turn().unwrap();
        nothing_left(&mut runtime);
    }
}

#[test]
fn a_task_that_returns_the_status_of_what_is_pending_is_done() {
    let mut runtime = program().start(options()).unwrap();
    let task = runtime.spawn("ends_as_if_pending", "").unwrap();
    assert!(runtime.outcome(task).unwrap().pending());
    runtime.run(&[task]).unwrap();
    let outcome = runtime.outcome(task).unwrap();
    assert_eq!((outcome.pending(), outcome.status), (false, -14));
    nothing_left(&mut runtime);
}

#[test]
fn a_task_of_another_runtime_is_unknown_here() {
    let program = program();
    let mut a = program.start(options()).unwrap();
    let mut b = program.start(options()).unwrap();
    let (of_a, of_b) = (a.spawn("waits", "").unwrap(), b.spawn("waits", "").unwrap());
    let refused = |result: wasyncio::Result<()>| match result {
        Err(Error::Misuse(sentence)) => assert!(sentence.contains("is not of this runtime"), "{sentence}"),
        other => panic!("{other:?}"),
    };
    refused(b.cancel(of_a, "wrong").map(drop));
    refused(b.outcome(of_a).map(drop));
    a.remote().cancel(of_b, "wrong");
    a.forget(of_b);
    a.turn().unwrap();
    b.turn().unwrap();
    assert!(a.outcome(of_a).unwrap().pending() && b.outcome(of_b).unwrap().pending());
    refused(a.run(&[of_b]));
    assert!(!a.done(of_a));
    assert!(b.cancel(of_b, "right").unwrap());
    b.run(&[of_b]).unwrap();
    assert_eq!(b.outcome(of_b).unwrap().reason, "right");
    b.forget(of_b);
    refused(b.run(&[of_b]));
    a.close(Duration::ZERO).unwrap();
}

#[test]
fn a_wasm_that_nobody_has_instrumented_is_refused_with_the_remedy() {
    // Imports asyncify's stop_unwind, and exports it as wax_turn.
    let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x18\x01\x08asyncify\x0bstop_unwind\0\0\x07\x0c\x01\x08wax_turn\0\0";
    match Program::new(wasm).and_then(|program| program.start(Options::default()).map(drop)) {
        Err(Error::Load(sentence)) => assert!(sentence.contains("npx wasyncio instrument"), "{sentence}"),
        other => panic!("{other:?}"),
    }
}

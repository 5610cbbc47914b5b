use std::sync::mpsc;

use super::*;

fn texts(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|&name| name.into()).collect()
}

/// A queue with one worker that reports each text it begins and then waits to be let on.
struct Stepped {
    queue: Arc<Queue<Arc<str>, f32>>,
    begun: mpsc::Receiver<String>,
    go_on: mpsc::Sender<()>,
}

fn stepped(max_waiting: usize) -> Stepped {
    let (tell, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let queue = Queue::new(max_waiting, "model");
    let work = move |text: &Arc<str>| {
        tell.send(text.to_string()).unwrap();
        wait.recv().unwrap();
        match text.as_ref() {
            "panic" => panic!("as asked"),
            "fail" => Err(Error::new(Code::EmbeddingMismatch, "as asked")),
            text => Ok(text.len() as f32),
        }
    };
    queue.start_worker("test".to_owned(), work).unwrap();
    Stepped { queue, begun, go_on }
}

impl Stepped {
    /// Lets the worker on through `count` texts and names them in order.
    fn run(&self, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| {
                let text = self.begun.recv().unwrap();
                self.go_on.send(()).unwrap();
                text
            })
            .collect()
    }
}

fn lengths(answer: Answer<f32>) -> Vec<f32> {
    answer.blocking_recv().unwrap().unwrap()
}

fn code(answer: Answer<f32>) -> Code {
    answer.blocking_recv().unwrap().unwrap_err().code
}

#[test]
fn a_batch_shares_with_single_calls_and_keeps_its_order() {
    let worker = stepped(8);
    let batch = worker.queue.submit(&texts(&["a", "bb", "ccc"])).unwrap();
    let single = worker.queue.submit(&texts(&["dddd"])).unwrap();
    // The worker may have taken "a" before "dddd" came; either way "dddd" waits for no more
    // than one further text of the batch.
    let order = worker.run(4);
    let place = order.iter().position(|text| text == "dddd").unwrap();
    assert!(place <= 2, "{order:?}");
    assert_eq!(lengths(single), [4.0]);
    assert_eq!(lengths(batch), [1.0, 2.0, 3.0]);
    assert_eq!(lengths(worker.queue.submit(&[]).unwrap()), [0.0_f32; 0]);
}

#[test]
fn full_refuses_calls_but_no_long_batch() {
    let worker = stepped(2);
    let first = worker.queue.submit(&texts(&["a"])).unwrap();
    let begun = worker.begun.recv().unwrap();
    let long = worker.queue.submit(&texts(&["x"; 100])).unwrap();
    let second = worker.queue.submit(&texts(&["bb"])).unwrap();
    let refused = worker.queue.submit(&texts(&["ccc"])).unwrap_err();
    assert_eq!((begun.as_str(), refused.code), ("a", Code::Overloaded));

    // A caller that goes away makes room, and nothing of its batch is begun.
    drop(long);
    let third = worker.queue.submit(&texts(&["ccc"])).unwrap();
    worker.go_on.send(()).unwrap();
    assert_eq!(worker.run(2), ["bb", "ccc"]);
    assert_eq!(
        (lengths(first), lengths(second), lengths(third)),
        (vec![1.0], vec![2.0], vec![3.0])
    );
}

#[test]
fn a_fault_ends_its_call_and_no_other() {
    let worker = stepped(8);
    for (bad, expected) in [("panic", Code::Internal), ("fail", Code::EmbeddingMismatch)] {
        let hurt = worker.queue.submit(&texts(&["a", bad, "never"])).unwrap();
        assert_eq!(worker.run(2), ["a", bad]);
        assert_eq!(code(hurt), expected);
        let sound = worker.queue.submit(&texts(&["bb"])).unwrap();
        assert_eq!(worker.run(1), ["bb"]);
        assert_eq!(lengths(sound), [2.0]);
    }
}

#[test]
fn closing_answers_no_one_and_hangs_no_one() {
    let worker = stepped(8);
    let begun = worker.queue.submit(&texts(&["a"])).unwrap();
    assert_eq!(worker.begun.recv().unwrap(), "a");
    let waiting = worker.queue.submit(&texts(&["b"])).unwrap();
    worker.queue.close();
    assert!(waiting.blocking_recv().is_err());
    worker.go_on.send(()).unwrap();
    assert_eq!(lengths(begun), [1.0]);
    // The worker is gone: its end of the channel closes.
    assert!(worker.begun.recv().is_err());
}

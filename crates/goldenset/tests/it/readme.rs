//! Every command that the documents and the help name is one that the program takes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use goldenset::cli::Cli;

/// What stands before the words of a command in the documents.
const PROGRAMS: [&[&str]; 3] =
    [&["goldenset"], &["cargo", "run", "--release", "--"], &["./target/release/goldenset"]];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The words after the program, where a line calls it; pipes and redirections end a command.
fn calls(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line).unwrap_or_else(|| panic!("not a shell line: {line}"));
    let parts = words.split(|word| matches!(word.as_str(), "|" | "&&" | ";" | "&"));
    let call = |part: &[String]| {
        let program = PROGRAMS.iter().find(|program| {
            part.len() >= program.len() && part.iter().zip(**program).all(|(a, b)| a == b)
        })?;
        let args = part[program.len()..].iter();
        Some(args.take_while(|word| !word.starts_with(['<', '>'])).cloned().collect())
    };
    parts.filter_map(call).collect()
}

#[track_caller]
fn is_taken(args: &[String], place: &str) {
    let words = std::iter::once("goldenset".to_owned()).chain(args.iter().cloned());
    if let Err(error) = Cli::try_parse_from(words) {
        let harmless = matches!(
            error.kind(),
            clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion
        );
        assert!(harmless, "{place}: {error}");
    }
}

/// The lines of the shell in a Markdown text, continued lines in one.
fn shell_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for block in text.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        lines.extend(block.lines().map(|line| line.trim_start_matches("$ ").to_owned()));
    }
    lines
}

#[test]
fn commands_of_the_documents_are_taken() {
    let mut documents = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).unwrap();
    documents.extend(docs.map(|entry| entry.unwrap().path()));
    documents.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    let mut in_readme = 0;
    for document in documents {
        let text = fs::read_to_string(&document)
            .unwrap_or_else(|error| panic!("{}: {error}", document.display()));
        for line in shell_lines(&text) {
            for call in calls(&line) {
                is_taken(&call, &format!("{}: {line}", document.display()));
                in_readme += usize::from(document.ends_with("README.md"));
            }
        }
    }
    assert!(in_readme > 0, "the README calls the program nowhere");
}

#[test]
fn help_of_every_command_tells_what_it_does() {
    let mut cli = Cli::command();
    cli.build();
    let mut commands: Vec<_> = cli.get_subcommands().collect();
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands());
        let name = command.get_name();
        if name == "help" {
            continue;
        }
        assert!(command.get_about().is_some(), "{name} says nothing");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name} {} says nothing", argument.get_id());
        }
    }
    assert_eq!(
        calls("cat a | goldenset import - --format csv < b # so"),
        [["import", "-", "--format", "csv"]]
    );
}

#[test]
fn examples_in_the_help_are_taken() {
    let cli = Cli::command();
    let mut examples = 0;
    let mut commands = vec![&cli];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = help.lines().filter(|line| line.starts_with("  "));
        // Two spaces part an example from its explanation.
        for line in lines.map(|line| line.trim().split("  ").next().unwrap()) {
            for call in calls(line) {
                is_taken(&call, line);
                examples += 1;
            }
        }
    }
    assert!(examples >= 60, "{examples}");
}

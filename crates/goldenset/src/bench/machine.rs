//! Where a benchmark ran.

use std::fs;
use std::thread::available_parallelism;

use serde::Serialize;

/// The machine, as far as the system tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Operating system and architecture.
    pub system: String,
    /// Name of the processor.
    pub processor: Option<String>,
    /// Processors that may be used.
    pub cores: usize,
    /// Memory, in MiB.
    pub memory_mib: Option<u64>,
    /// How much ran beside the benchmark when it began, in processors (load average of a minute).
    pub load: Option<String>,
}

impl Machine {
    /// This one.
    pub(super) fn look() -> Self {
        let value = |path, key: &str| {
            let text = fs::read_to_string(path).ok()?;
            let line = text.lines().find(|line| line.starts_with(key))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let kib = value("/proc/meminfo", "MemTotal");
        let kib = kib.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        let load = fs::read_to_string("/proc/loadavg").ok();
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: value("/proc/cpuinfo", "model name"),
            cores: available_parallelism().map_or(1, usize::from),
            memory_mib: kib.map(|kib| kib / 1024),
            load: load.and_then(|text| text.split_whitespace().next().map(str::to_owned)),
        }
    }
}

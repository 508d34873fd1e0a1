package dev.gradus.bench.contest;

/// What a contest is to answer.
public enum Suite {
    /// What does a step cost, beside a loop written by hand and a stream?
    STEP,
    /// What does it cost to reduce rows of a length?
    ROWS,
    /// What does it cost to reduce tensors of a size?
    TENSORS,
    /// What does a step cost in a kind of memory, in a JVM that knows no other?
    MEMORY_ALONE,
    /// And in a JVM that knows them all?
    MEMORY_TOGETHER,
    /// What does a step cost with states in a narrow format?
    FORMATS,
    /// What does a step cost beside other libraries?
    PEERS
}

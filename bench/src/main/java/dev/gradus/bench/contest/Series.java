package dev.gradus.bench.contest;

/// What was measured of one contestant.
///
/// @param stepsPerTurn how many steps were timed at once
/// @param nanosPerParameter time of one step, divided by the number of parameters; one for each round
/// @param bytesAllocatedPerStep on the heap by all threads while it had its turn; the median of all rounds
public record Series(Entrant entrant, int stepsPerTurn, double[] nanosPerParameter, double bytesAllocatedPerStep) {

    /// Time per byte that the algorithm must at least read or write, in nanoseconds.
    public double[] nanosPerByte() {
        double[] perByte = nanosPerParameter.clone();
        int bytes = entrant.algorithm().traffic().bytes();
        for (int i = 0; i < perByte.length; i++) {
            perByte[i] /= bytes;
        }
        return perByte;
    }
}

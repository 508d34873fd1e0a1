package dev.gradus.compile;

import java.lang.foreign.MemorySegment;

/// A compiled pass.
interface Kernel {
    /// Runs the pass over elements `from` … `to − 1`, a multiple of the vector's lanes.
    ///
    /// @param segments the operands in memory; their classes are those that the kernel was compiled for
    /// @param blocks what is exchanged in blocks of `to − from` elements: loads that broadcast, and what is reduced
    /// @param slots the numbers of the host
    void run(MemorySegment[] segments, Object[] blocks, double[] slots, long from, long to);
}

package dev.gradus.cpu.simd;

import java.lang.foreign.MemorySegment;

/// A compiled pass.
public interface Kernel {
    /// The number of elements of a vector.
    int lanes();

    /// Runs the pass over elements `from` … `to − 1`, a multiple of the vector's lanes, or of 16 where it
    /// reduces, or of 256 where it stores in 8 bits; then, and where it rounds stochastically, `from` is one
    /// of 256.
    ///
    /// @param segments the operands in memory; their classes are those that the kernel was compiled for
    /// @param scratch the scratch memory of the thread
    /// @param base the element that the first of the scratch memory belongs to
    /// @param blocks what is exchanged in blocks of `to − from` elements: loads that broadcast, and what is
    ///     reduced elsewhere
    /// @param registers the host scalars
    /// @param keys for each operand, the key of its random numbers
    /// @param lanes takes what is reduced: 16 lanes of each reduction for each block of a run, one after the
    ///     other
    /// @param run the length of the runs that are reduced
    /// @param left how many elements of a run are left at `from`, where a block of it begins
    void run(
            MemorySegment[] segments,
            MemorySegment[] scratch,
            long base,
            Object[] blocks,
            double[] registers,
            long[] keys,
            double[] lanes,
            long run,
            long left,
            long from,
            long to);
}

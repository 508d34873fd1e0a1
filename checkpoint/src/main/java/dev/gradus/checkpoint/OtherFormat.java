package dev.gradus.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/// Formats of weights that are not safetensors, by the bytes that their files begin with.
enum OtherFormat {
    ZIP(
            "it is a zip archive, such as torch.save writes (.pt), not safetensors: in Python, load it with torch.load and"
                    + " write it with save of tools/gradus_torch.py, or with safetensors.torch.save_file",
            'P',
            'K',
            3,
            4),
    PICKLE(
            "it is a pickle, such as torch.save of old versions writes (.pt), not safetensors: in Python, load it with"
                    + " torch.load and write it with save of tools/gradus_torch.py, or with"
                    + " safetensors.torch.save_file",
            0x80,
            2),
    HDF5("it is an HDF5 file, such as Keras writes (.h5), not safetensors", 0x89, 'H', 'D', 'F'),
    GGUF("it is a GGUF file, such as llama.cpp reads, not safetensors", 'G', 'G', 'U', 'F');

    private final String sentence;
    private final int[] start;

    OtherFormat(String sentence, int... start) {
        this.sentence = sentence;
        this.start = start;
    }

    /// What the file is, and what to do with it.
    String sentence() {
        return sentence;
    }

    static Optional<OtherFormat> of(MemorySegment file) {
        return Arrays.stream(values()).filter(format -> format.begins(file)).findFirst();
    }

    private boolean begins(MemorySegment file) {
        for (int i = 0; i < start.length; i++) {
            if (file.byteSize() <= i || (file.get(ValueLayout.JAVA_BYTE, i) & 0xff) != start[i]) {
                return false;
            }
        }
        return true;
    }
}

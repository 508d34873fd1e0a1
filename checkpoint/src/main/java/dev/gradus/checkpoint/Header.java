package dev.gradus.checkpoint;

import dev.gradus.tensor.Shape;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/// The header of a safetensors file: a JSON object that says where each tensor lies.
///
/// Reading is strict: whatever the format does not allow is refused, and so are gaps between tensors and keys that are
/// not known. What is written is read before, so that nothing is written that would be refused later.
record Header(Map<String, String> metadata, List<Entry> entries) {
    /// What the reference implementation reads at most, in bytes.
    static final long MAX_BYTES = 100_000_000;

    /// The longest name of a tensor or text, in characters.
    static final int MAX_NAME = 65_536;

    /// A header of many small tensors takes about six times its size in memory, and is read and written only if it
    /// leaves room for other things.
    private static final int HEAP_PER_BYTE = 8;

    private static final String METADATA = "__metadata__";
    private static final int MAX_RANK = 64;

    /// Objects of objects of arrays is all that there is.
    private static final int MAX_DEPTH = 4;

    /// What is accepted of names and texts, in the header and in texts of JSON within it.
    static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(20)
            .maxNameLength(MAX_NAME)
            .maxStringLength((int) MAX_BYTES)
            .build();

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come once, so that a table of them would only cost memory.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(CONSTRAINTS)
            .build();

    /// Where a tensor lies, in bytes from the end of the header.
    record Entry(String name, DataType type, Shape shape, long begin, long end) {}

    Header {
        metadata = Map.copyOf(metadata);
        entries = List.copyOf(entries);
    }

    /// How many bytes a header may have in this JVM, for reading and for writing alike.
    static long limit() {
        return Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PER_BYTE);
    }

    /// @throws CheckpointException if a header of so many bytes is neither read nor written here
    static void requireLength(long bytes) {
        if (bytes > limit()) {
            throw new CheckpointException("the header's length is " + bytes + " bytes, more than the " + limit()
                    + (limit() == MAX_BYTES
                            ? " that readers accept"
                            : " that a heap of " + Runtime.getRuntime().maxMemory()
                                    + " bytes has room for: give the JVM more with -Xmx"));
        }
    }

    /// The header of tensors that lie one after the other, in this order.
    static Header of(Map<String, String> metadata, List<Tensor> tensors) {
        List<Entry> entries = new ArrayList<>();
        long at = 0;
        for (Tensor tensor : tensors) {
            long end = at + tensor.data().byteSize();
            entries.add(new Entry(tensor.name(), tensor.type(), tensor.shape(), at, end));
            at = end;
        }
        return new Header(metadata, entries);
    }

    void write(JsonGenerator json) {
        json.writeStartObject();
        if (!metadata.isEmpty()) {
            json.writeName(METADATA);
            json.writeStartObject();
            metadata.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(e -> json.writeStringProperty(e.getKey(), e.getValue()));
            json.writeEndObject();
        }
        for (Entry entry : entries) {
            json.writeName(entry.name());
            json.writeStartObject();
            json.writeStringProperty("dtype", entry.type().name());
            json.writeName("shape");
            json.writeStartArray();
            for (int axis = 0; axis < entry.shape().rank(); axis++) {
                json.writeNumber(entry.shape().size(axis));
            }
            json.writeEndArray();
            json.writeName("data_offsets");
            json.writeStartArray();
            json.writeNumber(entry.begin());
            json.writeNumber(entry.end());
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /// Reads a header.
    ///
    /// @param dataBytes the number of bytes after it, all of which must belong to tensors
    /// @throws CheckpointException saying what is wrong
    static Header read(InputStream bytes, long dataBytes) {
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = read(bytes, entries::add);
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Header header = new Header(metadata, entries);
        header.requireContiguous(dataBytes);
        return header;
    }

    /// Reads a header that is to be written, entry by entry, so that there is no second one in memory.
    ///
    /// @throws CheckpointException if it would not be read as this
    void requireReadAs(InputStream bytes, long dataBytes) {
        requireContiguous(dataBytes);
        Iterator<Entry> expected = entries.iterator();
        Map<String, String> readMetadata = read(bytes, entry -> {
            if (!expected.hasNext() || !expected.next().equals(entry)) {
                throw new CheckpointException("tensor \"" + entry.name() + "\" would not be read as it was written");
            }
        });
        if (expected.hasNext() || !readMetadata.equals(metadata)) {
            throw new CheckpointException("the header would not be read as it was written");
        }
    }

    private static Map<String, String> read(InputStream bytes, Consumer<Entry> entries) {
        // This decoder refuses what is not UTF-8.
        InputStreamReader characters = new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), characters)) {
            return new Reader(json).header(entries);
        } catch (JacksonException e) {
            throw new CheckpointException("the header is not valid: " + e.getOriginalMessage(), e);
        }
    }

    private void requireContiguous(long dataBytes) {
        long at = 0;
        for (Entry entry : entries) {
            if (entry.begin() != at) {
                throw new CheckpointException("tensor \"" + entry.name() + "\" begins at byte " + entry.begin()
                        + " of the data, but " + (entry.begin() < at ? "overlaps what ends" : "what is before it ends")
                        + " at " + at);
            }
            at = entry.end();
        }
        if (at != dataBytes) {
            throw new CheckpointException("the tensors end at byte " + at + " of the data, but there are " + dataBytes
                    + (at > dataBytes ? ": the file is truncated" : ": there are bytes that belong to none"));
        }
    }

    /// Reads token by token, so that nothing is kept of what is refused.
    private static final class Reader {
        private final JsonParser json;

        Reader(JsonParser json) {
            this.json = json;
        }

        /// @return the metadata
        Map<String, String> header(Consumer<Entry> entries) {
            Map<String, String> metadata = new LinkedHashMap<>();
            require(json.nextToken(), JsonToken.START_OBJECT, "the header");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                if (name.equals(METADATA)) {
                    metadata.putAll(metadata());
                } else {
                    entries.accept(entry(name));
                }
            }
            if (json.nextToken() != null) {
                throw new CheckpointException("the header goes on after its end");
            }
            return metadata;
        }

        private Map<String, String> metadata() {
            Map<String, String> metadata = new LinkedHashMap<>();
            if (json.nextToken() == JsonToken.VALUE_NULL) {
                return metadata;
            }
            require(json.currentToken(), JsonToken.START_OBJECT, METADATA);
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                require(json.nextToken(), JsonToken.VALUE_STRING, METADATA + " \"" + key + "\"");
                metadata.put(key, json.getString());
            }
            return metadata;
        }

        private Entry entry(String name) {
            String what = "tensor \"" + name + "\"";
            require(json.nextToken(), JsonToken.START_OBJECT, what);
            DataType type = null;
            long[] shape = null;
            long[] offsets = null;
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = json.currentName();
                switch (key) {
                    case "dtype" -> type = type(what);
                    case "shape" -> shape = numbers(what + ": its shape", MAX_RANK);
                    case "data_offsets" -> offsets = numbers(what + ": its data_offsets", 2);
                    default -> throw new CheckpointException(what + " has an unknown key \"" + key + "\"");
                }
            }
            return entry(
                    name,
                    requirePresent(type, what, "dtype"),
                    requirePresent(shape, what, "shape"),
                    requirePresent(offsets, what, "data_offsets"));
        }

        private static Entry entry(String name, DataType type, long[] sizes, long[] offsets) {
            String what = "tensor \"" + name + "\"";
            Shape shape;
            long bytes;
            try {
                shape = Shape.of(sizes);
                bytes = Tensor.bytes(name, type, shape);
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(what + ": " + e.getMessage(), e);
            }
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw new CheckpointException(
                        what + ": its data_offsets must be a begin and an end, got " + Arrays.toString(offsets));
            }
            if (offsets[1] - offsets[0] != bytes) {
                throw new CheckpointException(what + " of type " + type + " and shape " + shape + " must have " + bytes
                        + " bytes, its data_offsets say " + (offsets[1] - offsets[0]));
            }
            return new Entry(name, type, shape, offsets[0], offsets[1]);
        }

        private DataType type(String what) {
            require(json.nextToken(), JsonToken.VALUE_STRING, what + ": its dtype");
            String name = json.getString();
            for (DataType type : DataType.values()) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
            throw new CheckpointException(what + " has an unknown dtype \"" + abbreviated(name) + "\": there are "
                    + Arrays.toString(DataType.values()));
        }

        private long[] numbers(String what, int most) {
            require(json.nextToken(), JsonToken.START_ARRAY, what);
            long[] numbers = new long[most];
            int count = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                require(json.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
                if (count == most) {
                    throw new CheckpointException(what + " must have at most " + most + " numbers");
                }
                numbers[count] = json.getLongValue();
                if (numbers[count] < 0) {
                    throw new CheckpointException(what + " must not be negative, got " + numbers[count]);
                }
                count++;
            }
            return Arrays.copyOf(numbers, count);
        }

        private static <T> T requirePresent(@Nullable T value, String what, String key) {
            if (value == null) {
                throw new CheckpointException(what + " has no " + key);
            }
            return value;
        }

        private static void require(@Nullable JsonToken token, JsonToken expected, String what) {
            if (token != expected) {
                throw new CheckpointException(what + " must be " + expected + ", got " + token);
            }
        }

        private static String abbreviated(String text) {
            return text.length() <= 40 ? text : text.substring(0, 40) + "…";
        }
    }
}

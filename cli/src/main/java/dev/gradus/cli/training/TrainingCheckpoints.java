package dev.gradus.cli.training;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import dev.gradus.Optimizer;
import dev.gradus.checkpoint.Checkpoint;
import dev.gradus.checkpoint.CheckpointException;
import dev.gradus.checkpoint.CheckpointFolder;
import dev.gradus.checkpoint.Loading;
import dev.gradus.cli.comparison.Trial;
import dev.gradus.cli.data.Images;
import dev.gradus.cli.input.InputError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// Where a training leaves checkpoints, and whether it goes on from the last one.
///
/// The order of the images follows from the seed and the number of steps, so beside the optimizer a checkpoint only
/// holds where in the training it was made, and what the training is.
///
/// The network's statistics, which no optimizer trains, are among the notes.
///
/// @param steps after how many steps each there is one
public record TrainingCheckpoints(Path folder, long steps, boolean resume) {
    private static final String STEP = "step";
    private static final String LOSS = "loss";
    private static final int KEPT = 3;

    /// Where a training stands.
    ///
    /// @param step the number of steps made
    /// @param loss the sum of the losses of the epoch's steps so far
    record Position(long step, double loss) {
        static final Position START = new Position(0, 0);
    }

    /// Refuses to begin anew where there is a training already.
    ///
    /// @throws InputError if there are checkpoints and the training is not to go on from them
    public void requireUnused() {
        if (!resume && latest().isPresent()) {
            throw new InputError("there are checkpoints in " + folder
                    + " already: go on from the last one with --resume, or give another folder");
        }
    }

    private Optional<Path> latest() {
        return Files.isDirectory(folder) ? Checkpoint.latest(folder) : Optional.empty();
    }

    /// Saves, where it is time to.
    ///
    /// @throws InputError if the file cannot be written
    void save(Optimizer optimizer, Block network, Trial trial, Images images, Position position, boolean isLast) {
        if (position.step % steps == 0 || isLast) {
            Map<String, String> notes = identity(trial, images);
            statistics(network)
                    .forEach(
                            (name, array) -> notes.put(name, Base64.getEncoder().encodeToString(bytes(array))));
            notes.put(STEP, Long.toString(position.step));
            notes.put(LOSS, Double.toString(position.loss));
            try {
                Path ignored = new CheckpointFolder(folder, KEPT).save(optimizer, notes);
            } catch (CheckpointException e) {
                throw new InputError(String.valueOf(e.getMessage()));
            }
        }
    }

    /// Gives the optimizer the state of the last checkpoint, where there is one.
    ///
    /// A damaged one is no trace of a killed process, which leaves whole files: the user decides about it.
    ///
    /// @throws InputError if it is of another training, or cannot be read
    Position load(Optimizer optimizer, Block network, Trial trial, Images images) {
        Optional<Path> latest = resume ? latest() : Optional.empty();
        if (latest.isEmpty()) {
            return Position.START;
        }
        Path file = latest.get();
        try (Checkpoint checkpoint = opened(file)) {
            requireSameTraining(file, checkpoint.notes(), identity(trial, images));
            Position position = position(checkpoint.notes());
            Map<String, byte[]> saved = new TreeMap<>();
            statistics(network)
                    .forEach((name, array) ->
                            saved.put(name, decoded(checkpoint.notes().getOrDefault(name, ""), bytes(array).length)));
            checkpoint.load(optimizer, Loading.STRICT);
            statistics(network).forEach((name, array) -> set(array, Objects.requireNonNull(saved.get(name))));
            return position;
        } catch (CheckpointException e) {
            throw new InputError(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new InputError(file + " does not say where in the training it was made: " + e.getMessage());
        }
    }

    /// A checkpoint that is as it was written. Deleting is advised where it is damaged, not where it cannot be reached.
    private Checkpoint opened(Path file) {
        try {
            Checkpoint checkpoint = Checkpoint.open(file);
            try {
                checkpoint.verify();
                return checkpoint;
            } catch (CheckpointException e) {
                checkpoint.close();
                throw e;
            }
        } catch (CheckpointException e) {
            if (e.getCause() instanceof FileSystemException) {
                throw new InputError(String.valueOf(e.getMessage()));
            }
            String remedy = new CheckpointFolder(folder)
                    .all().stream()
                            .skip(1)
                            .findFirst()
                            .map(before -> "delete it to go on from " + before)
                            .orElse("delete it to begin anew");
            throw new InputError(e.getMessage() + ": " + remedy);
        }
    }

    private static void requireSameTraining(Path file, Map<String, String> notes, Map<String, String> own) {
        if (!notes.keySet().containsAll(own.keySet())) {
            throw new InputError(file + " is not of a training of this command");
        }
        own.forEach((name, value) -> {
            if (!value.equals(notes.get(name))) {
                throw new InputError(
                        file + " is of a training with " + name + " " + notes.get(name) + ", not " + value);
            }
        });
    }

    /// What the network keeps beside trained parameters, such as the means of batches.
    private static Map<String, NDArray> statistics(Block network) {
        Map<String, NDArray> statistics = new TreeMap<>();
        for (Pair<String, Parameter> named : network.getParameters()) {
            if (!named.getValue().requiresGradient()) {
                statistics.put(named.getKey(), named.getValue().getArray());
            }
        }
        return statistics;
    }

    private static byte[] bytes(NDArray array) {
        return array.toByteArray();
    }

    private static byte[] decoded(String text, int length) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length != length) {
            throw new IllegalArgumentException("it has " + bytes.length + " bytes of statistics instead of " + length);
        }
        return bytes;
    }

    private static void set(NDArray array, byte[] bytes) {
        try (NDArray saved = array.getManager()
                .create(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), array.getShape(), array.getDataType())) {
            saved.copyTo(array);
        }
    }

    private static Position position(Map<String, String> notes) {
        return new Position(
                Long.parseLong(notes.getOrDefault(STEP, "")), Double.parseDouble(notes.getOrDefault(LOSS, "")));
    }

    private static Map<String, String> identity(Trial trial, Images images) {
        Map<String, String> identity = new TreeMap<>();
        identity.put("seed", Long.toString(trial.seed()));
        identity.put("images", Integer.toString(images.count()));
        identity.put("batch size", Integer.toString(trial.batchSize()));
        identity.put("epochs", Integer.toString(trial.epochs()));
        identity.put("learning rate", Double.toString(trial.learningRate()));
        identity.put("schedule", trial.schedule().toString());
        identity.put("settings", trial.contender().settings().toString());
        return identity;
    }
}

package dev.gradus.bench.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.gradus.bench.contest.Contestant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Peer;
import dev.gradus.bench.contest.Start;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// DJL's own Adam on its PyTorch engine, one tensor after the other, as its trainer calls it.
public final class DjlPeer implements Peer {
    /// Read when the engine starts.
    private static final String THREADS = "ai.djl.pytorch.num_threads";

    @Override
    public Library library() {
        return Library.DJL;
    }

    @Override
    public Contestant enter(Start start) {
        System.setProperty(THREADS, String.valueOf(start.threads()));
        return new DjlAdam(start);
    }

    private static final class DjlAdam implements Contestant {
        private final NDManager manager = NDManager.newBaseManager();
        private final float[][] sharedGradients;
        private final List<String> names = new ArrayList<>();
        private final List<NDArray> values = new ArrayList<>();
        private final List<NDArray> gradients = new ArrayList<>();
        private final Adam adam;

        DjlAdam(Start start) {
            sharedGradients = start.gradients();
            adam = Optimizer.adam()
                    .optLearningRateTracker(Tracker.fixed((float) start.learningRate()))
                    .build();
            for (int i = 0; i < start.layout().tensors(); i++) {
                names.add("tensor" + i);
                values.add(manager.create(
                        start.theta()[i], new Shape(start.layout().elements())));
                gradients.add(manager.create(
                        sharedGradients[i], new Shape(start.layout().elements())));
            }
        }

        @Override
        public void step() {
            for (int i = 0; i < values.size(); i++) {
                adam.update(names.get(i), values.get(i), gradients.get(i));
            }
        }

        @Override
        public void gradientsChanged() {
            for (int i = 0; i < sharedGradients.length; i++) {
                ByteBuffer memory = gradients.get(i).toByteBuffer(true);
                memory.asFloatBuffer().put(sharedGradients[i]);
            }
        }

        @Override
        public double value(int tensor, int element) {
            return values.get(tensor).getFloat(element);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}

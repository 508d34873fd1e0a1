package dev.gradus.bench.nd4j;

import dev.gradus.bench.contest.Contestant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Peer;
import dev.gradus.bench.contest.Start;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

/// ND4J's Adam, which turns a gradient into a step in place, and the subtraction of that step.
public final class Nd4jPeer implements Peer {
    @Override
    public Library library() {
        return Library.ND4J;
    }

    @Override
    public Contestant enter(Start start) {
        Nd4j.getEnvironment().setMaxThreads(start.threads());
        Nd4j.getEnvironment().setMaxMasterThreads(start.threads());
        return new Nd4jAdam(start);
    }

    private static final class Nd4jAdam implements Contestant {
        private final float[][] sharedGradients;
        private final List<INDArray> values = new ArrayList<>();
        private final List<INDArray> gradients = new ArrayList<>();
        private final List<INDArray> states = new ArrayList<>();
        private final List<GradientUpdater<?>> updaters = new ArrayList<>();
        private int iteration;

        Nd4jAdam(Start start) {
            sharedGradients = start.gradients();
            Adam adam = new Adam(start.learningRate(), 0.9, 0.999, 1e-8);
            for (int i = 0; i < start.layout().tensors(); i++) {
                values.add(Nd4j.createFromArray(start.theta()[i]));
                gradients.add(Nd4j.createFromArray(sharedGradients[i]));
                INDArray state = Nd4j.zeros(1, 2L * start.layout().elements());
                states.add(state);
                updaters.add(adam.instantiate(state, true));
            }
        }

        @Override
        public void step() {
            for (int i = 0; i < values.size(); i++) {
                INDArray gradient = gradients.get(i);
                updaters.get(i).applyUpdater(gradient, iteration, 0);
                values.get(i).subi(gradient);
            }
            iteration++;
        }

        @Override
        public void gradientsChanged() {
            for (int i = 0; i < sharedGradients.length; i++) {
                gradients.get(i).data().setData(sharedGradients[i]);
            }
        }

        @Override
        public double value(int tensor, int element) {
            return values.get(tensor).getDouble(element);
        }

        @Override
        public void close() {
            values.forEach(INDArray::close);
            gradients.forEach(INDArray::close);
            states.forEach(INDArray::close);
        }
    }
}

package dev.gradus.bench.tribuo;

import dev.gradus.bench.contest.Contestant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Peer;
import dev.gradus.bench.contest.Start;
import java.util.Arrays;
import java.util.Optional;
import org.tribuo.math.Parameters;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.Tensor;
import org.tribuo.math.optimisers.Adam;
import org.tribuo.math.protos.ParametersProto;

/// Tribuo's Adam, in double precision and on one thread, since there is no other.
public final class TribuoPeer implements Peer {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;

    @Override
    public Library library() {
        return Library.TRIBUO;
    }

    @Override
    public Contestant enter(Start start) {
        return new TribuoAdam(start);
    }

    /// Tribuo's formula: the first moment times the root of the second.
    @Override
    public Optional<Contestant> reference(Start start) {
        return Optional.of(new Multiplying(start));
    }

    private static final class Multiplying implements Contestant {
        private final Start start;
        private final double[][] theta;
        private final double[][] m;
        private final double[][] v;
        private int t;

        Multiplying(Start start) {
            this.start = start;
            m = new double[start.layout().tensors()][start.layout().elements()];
            v = new double[start.layout().tensors()][start.layout().elements()];
            theta = new double[start.layout().tensors()][start.layout().elements()];
            for (int i = 0; i < theta.length; i++) {
                for (int j = 0; j < theta[i].length; j++) {
                    theta[i][j] = start.theta()[i][j];
                }
            }
        }

        @Override
        public void step() {
            t++;
            double rate = start.learningRate() * Math.sqrt(1 - Math.pow(BETA2, t)) / (1 - Math.pow(BETA1, t));
            for (int i = 0; i < m.length; i++) {
                for (int j = 0; j < m[i].length; j++) {
                    double g = start.gradients()[i][j];
                    m[i][j] = BETA1 * m[i][j] + (1 - BETA1) * g;
                    v[i][j] = BETA2 * v[i][j] + (1 - BETA2) * g * g;
                    theta[i][j] -= rate * m[i][j] * (Math.sqrt(v[i][j]) + EPS);
                }
            }
        }

        @Override
        public double value(int tensor, int element) {
            return theta[tensor][element];
        }
    }

    /// Tensors as Tribuo's models have them.
    private static final class Weights implements Parameters {
        private static final long serialVersionUID = 1;

        private Tensor[] tensors;

        Weights(Tensor[] tensors) {
            this.tensors = tensors;
        }

        @Override
        public Tensor[] getEmptyCopy() {
            return Arrays.stream(tensors)
                    .map(tensor -> new DenseVector(((DenseVector) tensor).size()))
                    .toArray(Tensor[]::new);
        }

        @Override
        public Tensor[] get() {
            return tensors;
        }

        @Override
        public void set(Tensor[] others) {
            tensors = others;
        }

        @Override
        public void update(Tensor[] steps) {
            for (int i = 0; i < tensors.length; i++) {
                tensors[i].intersectAndAddInPlace(steps[i]);
            }
        }

        @Override
        public Tensor[] merge(Tensor[][] others, int size) {
            throw new UnsupportedOperationException("there is one thread");
        }

        @Override
        public ParametersProto serialize() {
            throw new UnsupportedOperationException("nothing is saved");
        }
    }

    private static final class TribuoAdam implements Contestant {
        private final Adam adam;
        private final Weights weights;
        private final float[][] sharedGradients;
        private final DenseVector[] gradients;

        TribuoAdam(Start start) {
            sharedGradients = start.gradients();
            adam = new Adam(start.learningRate(), BETA1, BETA2, EPS);
            int elements = start.layout().elements();
            DenseVector[] values = new DenseVector[start.layout().tensors()];
            gradients = new DenseVector[values.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = new DenseVector(elements);
                for (int j = 0; j < elements; j++) {
                    values[i].set(j, start.theta()[i][j]);
                }
                gradients[i] = new DenseVector(elements);
            }
            weights = new Weights(values);
            adam.initialise(weights);
            gradientsChanged();
        }

        @Override
        public void step() {
            weights.update(adam.step(gradients, 1));
        }

        /// Steps are added, so gradients point the other way.
        @Override
        public void gradientsChanged() {
            for (int i = 0; i < gradients.length; i++) {
                float[] shared = sharedGradients[i];
                for (int j = 0; j < shared.length; j++) {
                    gradients[i].set(j, -shared[j]);
                }
            }
        }

        @Override
        public double value(int tensor, int element) {
            return ((DenseVector) weights.get()[tensor]).get(element);
        }
    }
}

package dev.gradus.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.util.Pair;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// A network in training on images of 8×8 that look a little like ten digits, the same in every run.
final class Training implements AutoCloseable {
    static final Shape INPUT = new Shape(32, 1, 8, 8);
    private static final int CLASSES = 10;

    private final Model model;
    private final Trainer trainer;
    private final Random batches = new Random(2);
    private final float[][] prototypes = new float[CLASSES][64];

    Training(Block block, DataType type, Optimizer optimizer) {
        model = Model.newInstance("test", Device.cpu());
        model.setDataType(type);
        model.setBlock(block);
        trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(optimizer)
                .optDevices(new Device[] {Device.cpu()}));
        trainer.initialize(INPUT);
        Random random = new Random(1);
        for (Parameter parameter : block.getParameters().values()) {
            if (parameter.getType() == Parameter.Type.WEIGHT) {
                randomize(parameter.getArray(), random);
            }
        }
        for (float[] prototype : prototypes) {
            for (int i = 0; i < prototype.length; i++) {
                prototype[i] = random.nextFloat() < 0.4f ? 1 : 0;
            }
        }
    }

    static SequentialBlock mlp() {
        return new SequentialBlock()
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(48).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(32).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    /// Without biases before the normalization: it cancels them, so that their gradients are rounding errors.
    static SequentialBlock convolutional() {
        return new SequentialBlock()
                .add(convolution(8))
                .add(BatchNorm.builder().build())
                .add(Activation::relu)
                .add(convolution(12))
                .add(BatchNorm.builder().build())
                .add(Activation::relu)
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    private static Conv2d convolution(int filters) {
        return Conv2d.builder()
                .setKernelShape(new Shape(3, 3))
                .setFilters(filters)
                .optBias(false)
                .build();
    }

    private static void randomize(NDArray array, Random random) {
        float[] values = new float[(int) array.size()];
        double scale = Math.sqrt(2.0 * array.getShape().get(0) / values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        write(array, values);
    }

    static void write(NDArray array, float[] values) {
        try (NDArray floats = array.getManager().create(values, array.getShape());
                NDArray copy = floats.toType(array.getDataType(), true)) {
            copy.copyTo(array);
        }
    }

    Trainer trainer() {
        return trainer;
    }

    Block block() {
        return model.getBlock();
    }

    /// Makes steps on the next batches.
    ///
    /// @return the loss before the last
    float steps(int count) {
        float loss = Float.NaN;
        for (int step = 0; step < count; step++) {
            loss = backward();
            trainer.step();
        }
        return loss;
    }

    /// Computes the gradients on the next batch.
    float backward() {
        int size = (int) INPUT.get(0);
        float[] pixels = new float[size * 64];
        float[] labels = new float[size];
        for (int image = 0; image < size; image++) {
            int label = batches.nextInt(CLASSES);
            labels[image] = label;
            for (int i = 0; i < 64; i++) {
                pixels[image * 64 + i] = prototypes[label][i] + 0.7f * (float) batches.nextGaussian();
            }
        }
        try (NDManager manager = trainer.getManager().newSubManager();
                GradientCollector collector = trainer.newGradientCollector()) {
            NDArray loss = trainer.getLoss()
                    .evaluate(
                            new NDList(manager.create(labels)),
                            trainer.forward(
                                    new NDList(manager.create(pixels, INPUT).toType(model.getDataType(), false))));
            collector.backward(loss);
            return loss.toType(DataType.FLOAT32, false).getFloat();
        }
    }

    Values weights() {
        return Values.of(trainable(), name -> floats(array(name)));
    }

    Values gradients() {
        return Values.of(trainable(), name -> {
            try (NDArray gradient = array(name).getGradient()) {
                return floats(gradient);
            }
        });
    }

    /// All names but those of running statistics, frozen parameters included.
    private Set<String> trainable() {
        return block().getParameters().stream()
                .filter(named -> !named.getKey().contains("running"))
                .map(Pair::getKey)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static float[] floats(NDArray array) {
        try (NDArray converted = array.toType(DataType.FLOAT32, true)) {
            return converted.toFloatArray();
        }
    }

    NDArray array(String name) {
        return block().getParameters().get(name).getArray();
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}

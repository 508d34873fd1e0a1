package dev.gradus.cli.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/// The network that is trained: two convolutions with batch normalisation, one linear layer.
public final class ConvolutionalNetwork {
    /// One line for the report.
    public static final String DESCRIPTION =
            "conv 3×3 (16) – batch norm – ReLU – max pool 2×2 – conv 3×3 (32) – batch norm – ReLU – max pool 2×2 – "
                    + "linear (10)";

    private ConvolutionalNetwork() {}

    static Block of(int classes) {
        SequentialBlock network = new SequentialBlock();
        addStage(network, 16);
        addStage(network, 32);
        return network.add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(classes).build());
    }

    /// The convolution has no bias: the normalisation after it would take it away again.
    private static void addStage(SequentialBlock network, int filters) {
        network.add(Conv2d.builder()
                        .setKernelShape(new Shape(3, 3))
                        .optPadding(new Shape(1, 1))
                        .setFilters(filters)
                        .optBias(false)
                        .build())
                .add(BatchNorm.builder().build())
                .add(Activation.reluBlock())
                .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
    }
}

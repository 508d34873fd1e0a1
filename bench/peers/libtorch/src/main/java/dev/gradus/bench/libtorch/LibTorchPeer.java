package dev.gradus.bench.libtorch;

import dev.gradus.bench.contest.Contestant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Peer;
import dev.gradus.bench.contest.Start;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// `_fused_adam_`, which PyTorch's `Adam(fused=True)` calls once for all tensors.
public final class LibTorchPeer implements Peer {
    /// A script, since the binding has no function for the operator. It returns what it changes: else the compiler
    /// of scripts takes the calls for useless and drops them.
    private static final String SCRIPT = """
            def list_of(first: Tensor) -> List[Tensor]:
                return [first]

            def add(to: List[Tensor], tensor: Tensor) -> List[Tensor]:
                to.append(tensor)
                return to

            def step(theta: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], \
            lr: float) -> Tuple[List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
                torch._foreach_add_(t, 1)
                torch._fused_adam_(theta, g, m, v, [], t, lr=lr, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, \
            amsgrad=False, maximize=False)
                return theta, m, v, t
            """;

    @Override
    public Library library() {
        return Library.LIBTORCH;
    }

    @Override
    public Contestant enter(Start start) {
        return new FusedAdam(start);
    }

    private static final class FusedAdam implements Contestant {
        private final float[][] sharedGradients;
        private final List<FloatPointer> values = new ArrayList<>();
        private final List<FloatPointer> gradients = new ArrayList<>();
        private final List<Tensor> kept = new ArrayList<>();
        private final CompilationUnit script = torch.compile(SCRIPT);
        private final Function step = function("step");
        private final IValueVector arguments;
        private final int elements;

        FusedAdam(Start start) {
            torch.set_num_threads(start.threads());
            sharedGradients = start.gradients();
            elements = start.layout().elements();
            List<Tensor> theta = new ArrayList<>();
            List<Tensor> g = new ArrayList<>();
            List<Tensor> m = new ArrayList<>();
            List<Tensor> v = new ArrayList<>();
            List<Tensor> t = new ArrayList<>();
            for (int i = 0; i < start.layout().tensors(); i++) {
                theta.add(torch.tensor(start.theta()[i]));
                g.add(torch.tensor(sharedGradients[i]));
                m.add(torch.zeros(elements));
                v.add(torch.zeros(elements));
                t.add(torch.zeros(1).squeeze());
                values.add(new FloatPointer(theta.getLast().data_ptr_float()));
                gradients.add(new FloatPointer(g.getLast().data_ptr_float()));
            }
            arguments =
                    new IValueVector(list(theta), list(g), list(m), list(v), list(t), new IValue(start.learningRate()));
        }

        private Function function(String name) {
            return script.get_function(new QualifiedName(name));
        }

        /// The binding makes no lists of tensors either.
        private IValue list(List<Tensor> tensors) {
            kept.addAll(tensors);
            IValue list = function("list_of").apply(new IValueVector(new IValue(tensors.getFirst())));
            for (Tensor tensor : tensors.subList(1, tensors.size())) {
                list = function("add").apply(new IValueVector(list, new IValue(tensor)));
            }
            return list;
        }

        @Override
        public void step() {
            try (IValue result = step.apply(arguments)) {
                if (result.isNone()) {
                    throw new IllegalStateException("LibTorch made no step");
                }
            }
        }

        @Override
        public void gradientsChanged() {
            for (int i = 0; i < sharedGradients.length; i++) {
                gradients.get(i).put(sharedGradients[i]);
            }
        }

        @Override
        public double value(int tensor, int element) {
            return values.get(tensor).get(element);
        }

        @Override
        public void close() {
            arguments.close();
            kept.forEach(Tensor::close);
        }
    }
}

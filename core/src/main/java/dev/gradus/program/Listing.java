package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.ScalarRegisters.Hyperparameter;
import dev.gradus.program.ScalarRegisters.Input;
import dev.gradus.program.ScalarRegisters.Literal;
import dev.gradus.program.ScalarRegisters.Size;
import dev.gradus.program.ScalarRegisters.StateNumber;
import dev.gradus.program.ScalarRegisters.StepCount;
import dev.gradus.tensor.Axes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The readable form of a program: what the host computes, then each pass line by line.
public final class Listing {
    private final StringBuilder text = new StringBuilder();

    private Listing() {}

    /// Equal programs have equal listings.
    public static String of(Program program) {
        Listing listing = new Listing();
        listing.program(program);
        return listing.text.toString();
    }

    private void program(Program program) {
        for (State state : program.states()) {
            line("state %s over %s, %s, %s", state.name(), state.axes(), lower(state.role()), lower(state.scope()));
        }
        Program.Selector selector = program.selector();
        if (selector.conditions().length > 0) {
            Map<Integer, String> names = names(selector.inputs());
            line("before the step:");
            host(selector.code(), names);
            line(
                    "  variant = bits %s",
                    Arrays.stream(selector.conditions())
                            .mapToObj(register -> name(names, register))
                            .collect(Collectors.joining(", ")));
        }
        for (int i = 0; i < program.variants().size(); i++) {
            if (program.variants().size() > 1) {
                int variant = i;
                line(
                        "variant %s:",
                        IntStream.range(0, selector.conditions().length)
                                .mapToObj(bit -> Integer.toString(variant >> bit & 1))
                                .collect(Collectors.joining()));
            }
            variant(program.variants().get(i));
        }
    }

    private void variant(Variant variant) {
        Map<Integer, String> names = names(variant.inputs());
        variant.totals()
                .forEach(total -> names.put(
                        total.register(),
                        "total" + total.key().index() + " of " + total.key().link()));
        if (!variant.takesPlace()) {
            line("the step does not take place");
        }
        for (int level = 0; level <= variant.end(); level++) {
            int now = level;
            if (variant.commit() >= 0 && level == variant.commitLevel()) {
                line("  stop unless h%d", variant.commit());
            }
            HostCode.Instruction[] code = variant.hostCode(level);
            if (code.length > 0) {
                line("host %d:", level);
                host(code, names);
            }
            for (Variant.Transform transform : variant.transforms()) {
                if (transform.level() == now) {
                    line(
                            "%s = %s(%s)",
                            operand(variant, transform.to()),
                            transform.function().name(),
                            operand(variant, transform.from()));
                }
            }
            for (Pass pass : variant.passes()) {
                if (pass.level() == now) {
                    pass(variant, pass, names);
                }
            }
        }
        variant.numbers()
                .forEach((state, register) -> line("after the step: %s = %s", state.name(), name(names, register)));
        if (variant.metrics().length > 0) {
            line("metrics: %s", Arrays.toString(variant.metrics()));
        }
    }

    private void pass(Variant variant, Pass pass, Map<Integer, String> names) {
        line(
                "pass over %s, %s:",
                describe(variant, pass.axes()), pass.isFull() ? "in the arithmetic type" : "in float64");
        for (Instruction in : pass.code()) {
            switch (in.op()) {
                case LOAD -> line("  r%d = load %s", in.target(), operand(variant, in.a()));
                case SPLAT -> line("  r%d = %s", in.target(), name(names, in.a()));
                case STORE -> line("  store %s = r%d", operand(variant, in.target()), in.a());
                case REDUCE -> reduce(variant, in);
                default ->
                    line("  r%d = %s", in.target(), expression(in.op(), in.registersRead(), i -> "r" + in.source(i)));
            }
        }
    }

    private void reduce(Variant variant, Instruction in) {
        Reduction reduction = variant.reductions().get(in.target());
        line(
                "  %s = %s of r%d",
                reduction.kept().isHost() ? "h" + reduction.target() : operand(variant, reduction.target()),
                lower(reduction.kind()),
                in.a());
    }

    private static String operand(Variant variant, int operand) {
        Operand named = variant.operands().get(operand);
        return named.kind() == Operand.Kind.SCRATCH
                ? "scratch" + operand + " over " + describe(variant, named.axes())
                : named.toString();
    }

    private static String describe(Variant variant, Axes axes) {
        if (axes.isFull()) {
            return "all axes";
        }
        List<Integer> original = axes.toList().stream()
                .flatMap(group -> new Axes(
                                variant.merged().rank(),
                                variant.merged().groups().get(group))
                        .toList().stream())
                .toList();
        return "axes " + original + " of " + variant.merged().rank();
    }

    private void host(HostCode.Instruction[] code, Map<Integer, String> names) {
        for (HostCode.Instruction in : code) {
            int[] args = {in.a(), in.b(), in.c()};
            line("  h%d = %s", in.target(), expression(in.op(), in.op().arity(), i -> name(names, args[i])));
        }
    }

    private static String expression(Op op, int arity, java.util.function.IntFunction<String> arg) {
        if (op.isInfix()) {
            return arg.apply(0) + " " + op + " " + arg.apply(1);
        }
        return IntStream.range(0, arity).mapToObj(arg).collect(Collectors.joining(", ", op + "(", ")"));
    }

    private static Map<Integer, String> names(List<Input> inputs) {
        Map<Integer, String> names = new LinkedHashMap<>();
        for (Input input : inputs) {
            names.put(
                    input.register(),
                    switch (input) {
                        case Literal literal -> Double.toString(literal.value());
                        case Hyperparameter hyper -> hyper.name();
                        case StepCount step -> step.clock().symbol();
                        case Size size -> "size(" + size.axes() + ")";
                        case StateNumber number -> number.state().name();
                    });
        }
        return names;
    }

    private static String name(Map<Integer, String> names, int register) {
        return names.getOrDefault(register, "h" + register);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void line(String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }
}

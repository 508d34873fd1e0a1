package dev.gradus.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Formulas;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Host code is told apart by data flow: early code depends on inputs only, late code on a reduction or a total.
class LateCodeTest {
    /// The operations that IEEE 754 defines to the bit.
    private static final Set<Op> EXACT = EnumSet.of(
            Op.NEGATE,
            Op.ABS,
            Op.SQRT,
            Op.ADD,
            Op.SUBTRACT,
            Op.MULTIPLY,
            Op.DIVIDE,
            Op.MIN,
            Op.MAX,
            Op.LESS,
            Op.LESS_OR_EQUAL,
            Op.EQUAL,
            Op.AND,
            Op.NOT,
            Op.SELECT);

    private static final List<Shape> SHAPES =
            List.of(Shape.of(), Shape.of(1500), Shape.of(64, 48), Shape.of(7, 5, 3, 3));

    static Stream<Rules.Entry> rules() {
        return Rules.all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleComputesLateWhatAnyDeviceComputesAlike(Rules.Entry entry) {
        for (Shape shape : SHAPES) {
            requireExactLateCode(entry.rule(), shape);
        }
    }

    /// Chains that combine a rule with links before and after it, such as clipping, which make more of its code late.
    @Test
    void chainsOfSeveralRulesDoSo() {
        Random random = new Random(31);
        for (int i = 0; i < 300; i++) {
            requireExactLateCode(RandomRules.next(random), SHAPES.get(2 + i % 2));
        }
    }

    private static void requireExactLateCode(Rule rule, Shape shape) {
        Stream.concat(
                        Stream.of(Trace.of(rule, "w", shape)),
                        rule.events().stream().map(event -> Trace.of(rule, event, "w", shape)))
                .flatMap(trace -> Program.of(trace, true).variants().stream())
                .forEach(variant -> {
                    assertThat(lateOperations(variant))
                            .as("%s on %s", rule, shape)
                            .isSubsetOf(EXACT);
                    requireTold(variant);
                });
    }

    private static Set<Op> lateOperations(Variant variant) {
        Set<Op> operations = EnumSet.noneOf(Op.class);
        Arrays.stream(variant.late()).flatMap(Arrays::stream).forEach(in -> operations.add(in.op()));
        return operations;
    }

    /// Early code reads inputs and earlier results only; late code begins with level 1.
    private static void requireTold(Variant variant) {
        Set<Integer> known = new HashSet<>();
        variant.inputs().forEach(input -> known.add(input.register()));
        for (HostCode.Instruction in : variant.early()) {
            for (int i = 0; i < in.op().arity(); i++) {
                assertThat(known).contains(new int[] {in.a(), in.b(), in.c()}[i]);
            }
            known.add(in.target());
        }
        assertThat(variant.late()[0]).isEmpty();
        for (HostCode.Instruction in :
                Arrays.stream(variant.late()).flatMap(Arrays::stream).toList()) {
            List<Integer> args =
                    List.of(in.a(), in.b(), in.c()).subList(0, in.op().arity());
            assertThat(args).as("late code that depends on inputs only: %s", in).anyMatch(arg -> !known.contains(arg));
        }
    }

    /// Such a rule runs on the processor; a device has to leave that code to the host and wait for it.
    @Test
    void aRuleMayComputeOtherFunctionsLate() {
        Direction tempered = s -> {
            Expr norm = Formulas.norm(s.direction());
            return s.direction().times(Formulas.exp(norm.unaryMinus()));
        };
        Variant variant = Program.of(Trace.of(tempered, "w", Shape.of(10)), false)
                .variants()
                .getFirst();
        assertThat(lateOperations(variant)).contains(Op.EXP);
        requireTold(variant);
    }
}

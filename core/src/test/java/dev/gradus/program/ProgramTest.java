package dev.gradus.program;

import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    @Test
    void adamWIsOnePassWithOneDivisionAndOneRoot() {
        List<Op> ops = operations(Rules.adamW(), 0);
        assertThat(ops).filteredOn(op -> op == Op.DIVIDE).hasSize(1);
        assertThat(ops).filteredOn(op -> op == Op.SQRT).hasSize(1);
        assertThat(program(Rules.adamW()).variants().get(0).passes()).hasSize(1);
    }

    @Test
    void whatARuleComputesTwiceIsComputedOnce() {
        Direction twice = s -> {
            Expr root = sqrt(square(s.direction()).plus(1));
            return root.plus(sqrt(square(s.direction()).plus(1)));
        };
        assertThat(operations(twice, 0)).filteredOn(op -> op == Op.SQRT).hasSize(1);
    }

    @Test
    void factorsOfTheHostAreGathered() {
        Direction scaled =
                s -> s.direction().times(s.hyper("a", 2)).div(s.hyper("b", 4)).times(s.hyper("c", 3));
        assertThat(operations(scaled, 0))
                .containsExactly(Op.LOAD, Op.LOAD, Op.SPLAT, Op.MULTIPLY, Op.SUBTRACT, Op.STORE);
    }

    @Test
    void aReductionCutsTheProgram() {
        Variant lamb = program(Rules.lamb()).variants().get(0);
        assertThat(lamb.passes()).extracting(Pass::level).containsExactly(0, 1);
        assertThat(lamb.passes().get(1).code())
                .as("the second pass reads the new moments instead of computing them again")
                .noneMatch(
                        in -> in.op() == Op.LOAD && lamb.operands().get(in.a()).kind() == Operand.Kind.GRADIENT);
    }

    @Test
    void anOldValueThatALaterPassNeedsIsOverwrittenOnlyThere() {
        Direction rule = s -> {
            Expr before = s.state("m").before();
            Expr m = s.state("m").becomes(old -> s.direction());
            Expr scale = sqrt(dev.gradus.expr.Formulas.sum(square(m)));
            return before.times(scale);
        };
        Variant variant = program(rule).variants().get(0);
        assertThat(variant.passes()).extracting(Pass::level).containsExactly(0, 1);
        assertThat(variant.passes().get(0).code()).noneMatch(in -> in.op() == Op.STORE);
    }

    @Test
    void aConditionKnownBeforeTheStepSelectsAVariant() {
        assertThat(program(Rules.radam()).variants()).hasSize(2);
        assertThat(program(Rules.lookahead(Rules.radam())).variants()).hasSize(4);
        assertThat(operations(Rules.radam(), 0)).doesNotContain(Op.SELECT, Op.DIVIDE);
        assertThat(operations(Rules.radam(), 1)).doesNotContain(Op.SELECT).contains(Op.DIVIDE);
    }

    @Test
    void aFourthConditionBecomesAChoicePerElement() {
        Rule rule = s -> {
            for (int k = 2; k < 6; k++) {
                Expr due = dev.gradus.expr.Formulas.mod(s.t(), Expr.constant(k));
                s = s.direction(
                        dev.gradus.expr.Formulas.where(due.eq(0), s.direction().times(2), s.direction()));
            }
            return s;
        };
        Program program = program(rule);
        assertThat(program.variants()).hasSize(8);
        assertThat(program.variants().get(0).passes().get(0).code()).anyMatch(in -> in.op() == Op.SELECT);
    }

    @Test
    void programsDependOnTheNumberOfAxesOnlyWhereTheRuleTellsThemApart() {
        assertThat(listing(Rules.adamW(), Shape.of(7))).isEqualTo(listing(Rules.adamW(), Shape.of(1000)));
        Direction rows = s -> s.direction().div(rowNorm(s.theta()));
        assertThat(listing(rows, Shape.of(4, 3, 2))).isEqualTo(listing(rows, Shape.of(8, 9, 10)));
        assertThat(listing(rows, Shape.of(4, 3, 2))).contains("scratch").contains("axes [0] of 3");
    }

    @Test
    void aProgramSaysWhatItReads() {
        assertThat(program(Rules.adam()).readsTheta()).isFalse();
        assertThat(program(Rules.adamW()).readsTheta()).isTrue();
        assertThat(program(Rules.adam()).reducesOverAllParameters()).isFalse();
        Rule clipped = Chain.chain(Rules.clipByGlobalNorm(1), Rules.adam());
        assertThat(program(clipped).reducesOverAllParameters()).isTrue();
        assertThat(program(clipped).readsTheta()).isFalse();
    }

    @Test
    void aWriteThatNothingReadsIsKept() {
        Direction rule = s -> {
            Expr ignored = s.state("seen").becomes(old -> s.direction());
            return s.direction();
        };
        assertThat(listing(rule, Shape.of(4))).contains("store rule.seen");
    }

    @Test
    void theParametersInitialValueIsNotForSteps() {
        Direction rule = s -> s.direction().plus(s.initialTheta());
        assertThatThrownBy(() -> program(rule)).hasMessageContaining("keep it in a state");
    }

    private static List<Op> operations(Rule rule, int variant) {
        return program(rule).variants().get(variant).passes().get(0).code().stream()
                .map(Pass.Instruction::op)
                .toList();
    }

    private static String listing(Rule rule, Shape shape) {
        return Listing.of(Program.of(Trace.of(rule, "w", shape), false));
    }

    private static Program program(Rule rule) {
        return Program.of(Trace.of(rule, "w", Shape.of(8, 4)), false);
    }
}

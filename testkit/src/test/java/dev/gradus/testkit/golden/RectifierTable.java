package dev.gradus.testkit.golden;

import dev.gradus.rules.adaptive.Rectifier;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;

/// ρ_t and r_t of RAdam's rectifier for several β₂.
final class RectifierTable {
    private RectifierTable() {}

    /// Compares every table.
    ///
    /// @return the part of the tolerance that the worst value takes
    static double check(Fields file) {
        file.node("format");
        double worst = 0;
        for (Fields table : file.objects("tables")) {
            worst = Math.max(worst, checkTable(table));
        }
        file.requireAllRead();
        return worst;
    }

    private static double checkTable(Fields table) {
        double beta2 = table.number("beta2");
        Fields accuracy = table.object("exact_rel_err");
        Tolerance ofRho = new Tolerance(Math.max(1e-12, accuracy.number("rho")), 0);
        Tolerance ofR = new Tolerance(Math.max(1e-12, accuracy.number("r")), 0);
        String at = "beta2 = " + beta2 + ", ";

        double worst = ofRho.compare(
                at + "rho_inf", new double[] {table.number("rho_inf")}, new double[] {Rectifier.rhoInfinity(beta2)});
        double[] rho = table.numbers("rho");
        for (int i = 0; i < rho.length; i++) {
            worst = Math.max(worst, compare(ofRho, at + "rho_" + (i + 1), rho[i], Rectifier.rho(i + 1, beta2)));
        }
        List<JsonNode> r = table.list("r");
        for (int i = 0; i < r.size(); i++) {
            double actual = Rectifier.r(i + 1, beta2);
            if (r.get(i).isNull() != Double.isNaN(actual)) {
                throw new AssertionError(at + "r_" + (i + 1) + ": recorded " + r.get(i) + ", got " + actual);
            }
            if (!r.get(i).isNull()) {
                worst = Math.max(
                        worst, compare(ofR, at + "r_" + (i + 1), r.get(i).doubleValue(), actual));
            }
        }
        // The notebook's r is 1/r² of the paper's, so that its relative error is twice as large.
        Tolerance ofInverseSquare = new Tolerance(2 * ofR.relative(), 0);
        double[] notebook = table.numbers("notebook_r");
        for (int i = 0; i < notebook.length; i++) {
            double own = Rectifier.r(i + 1, beta2);
            double actual = Double.isNaN(own) ? -1 : 1 / (own * own);
            worst = Math.max(worst, compare(ofInverseSquare, at + "notebook_r_" + (i + 1), notebook[i], actual));
        }
        Fields first = table.object("first_t");
        requireFirst(at + "rho > 4", first.whole("gt4"), beta2, value -> value > 4);
        requireFirst(at + "rho >= 5", first.whole("ge5"), beta2, value -> value >= 5);
        requireFirst(at + "rho > 5", first.whole("gt5"), beta2, value -> value > 5);
        return worst;
    }

    private static double compare(Tolerance tolerance, String what, double recorded, double actual) {
        return tolerance.compare(what, new double[] {recorded}, new double[] {actual});
    }

    private static void requireFirst(String what, long recorded, double beta2, DoublePredicate condition) {
        long actual = LongStream.rangeClosed(1, 10_000)
                .filter(t -> condition.test(Rectifier.rho(t, beta2)))
                .findFirst()
                .orElse(-1);
        if (actual != recorded) {
            throw new AssertionError(what + ": first recorded at t = " + recorded + ", got " + actual);
        }
    }
}

package dev.gradus.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the replay must not let pass.
class GoldenHarnessTest {

    private static GoldenFile.Outcome replay(String file, Consumer<ObjectNode> change) {
        ObjectNode root = new GoldenFile(GoldenFile.ownFolder().resolve(file + ".json.gz")).tree();
        change.accept(root);
        return GoldenFile.replay(new Fields("", root));
    }

    private static ObjectNode object(ObjectNode root, String key) {
        return (ObjectNode) root.get(key);
    }

    private static void scale(ArrayNode array, int index, double factor) {
        array.set(index, array.get(index).doubleValue() * factor);
    }

    @Test
    void anUnchangedCasePasses() {
        assertThat(replay("torch-adam", root -> {}).algorithm()).isEqualTo("torch adam");
    }

    @Test
    void anUnknownAlgorithmIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay("torch-adam", root -> root.put("algorithm", "adamish")))
                .withMessageContaining("adamish");
    }

    @Test
    void anUnknownSystemIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay("torch-adam", root -> root.put("system", "keras")))
                .withMessageContaining("keras");
    }

    @Test
    void anUnknownHyperparameterIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> replay("torch-adam", root -> object(root, "hyper").put("foreach", true)))
                .withMessageContaining("foreach");
    }

    @Test
    void anUnknownHyperparameterWithinAnotherIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay(
                        "labml-adam-opt",
                        root -> object(object(root, "hyper"), "weight_decay").put("coupled", true)))
                .withMessageContaining("coupled");
    }

    @Test
    void aMissingHyperparameterIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> replay("torch-adam", root -> object(root, "hyper").remove("eps")))
                .withMessageContaining("eps");
    }

    @Test
    void anUnknownKeyOfTheFileIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay("torch-adam", root -> root.put("final_loss", 1)))
                .withMessageContaining("final_loss");
    }

    @Test
    void anUnknownStateIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay("torch-adam", root -> {
                    ObjectNode states = object(root, "final_state");
                    states.set("exp_avg_cubed", states.get("exp_avg"));
                }))
                .withMessageContaining("exp_avg_cubed");
    }

    @Test
    void aStateThatWasNotRecordedIsNamed() {
        assertThatThrownBy(() ->
                        replay("torch-adam", root -> object(root, "final_state").remove("exp_avg_sq")))
                .hasMessageContaining("exp_avg_sq");
    }

    @Test
    void aParameterThatDiffersFails() {
        assertThatThrownBy(() ->
                        replay("torch-adam", root -> scale((ArrayNode) root.at("/steps/6/params/1"), 3, 1 + 1e-10)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("step 7, fc.weight[3]");
    }

    @Test
    void aStateThatDiffersFails() {
        assertThatThrownBy(() -> replay(
                        "torch-adam", root -> scale((ArrayNode) root.at("/final_state/exp_avg/2"), 0, 1 + 1e-10)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("final state exp_avg of fc.bias[0]");
    }

    @Test
    void aSensitiveStateThatDiffersByMoreThanRoundingFails() {
        assertThatThrownBy(() -> replay(
                        "nb-b_adam-code",
                        root -> scale((ArrayNode) root.at("/final_state/exp_avg_2ed/1"), 4, 1 + 1e-8)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("final state exp_avg_2ed of fc.weight[4]");
    }

    @Test
    void aLearningRateThatDiffersFails() {
        assertThatThrownBy(() -> replay("labml-noam", root -> ((ObjectNode) root.at("/steps/4")).put("lr", 0.01)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("step 5, lr");
    }

    @Test
    void aGradientTooFewFails() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay("torch-adam", root -> ((ArrayNode) root.at("/steps/4/grads")).remove(3)))
                .withMessageContaining("grads");
    }

    @Test
    void anEmptyFolderFails(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("README.md"), "not a case");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenFile.in(folder))
                .withMessageContaining(folder.toString());
    }
}

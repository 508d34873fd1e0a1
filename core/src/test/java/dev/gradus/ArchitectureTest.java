package dev.gradus;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The packages of this module, and what each may know of the others.
class ArchitectureTest {
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "tensor", List.of(),
            "expr", List.of("tensor"),
            "schedule", List.of(),
            "rule", List.of("expr", "tensor"),
            "rules", List.of("rule", "expr", "schedule", "tensor"),
            "text", List.of("rules", "rule", "schedule"),
            "numeric", List.of("tensor"),
            "program", List.of("numeric", "rule", "expr", "tensor"),
            "engine", List.of("program", "numeric", "expr", "tensor"),
            "cpu", List.of("engine", "program", "numeric", "expr", "tensor"));

    /// What the packages of rules may use of one another; the catalogue is above them all.
    private static final Map<String, List<String>> RULES_MAY_USE = Map.of(
            "adaptive", List.of("momentum"),
            "average", List.of(),
            "clip", List.of(),
            "control", List.of(),
            "decay", List.of(),
            "factored", List.of(),
            "layerwise", List.of(),
            "momentum", List.of(),
            "project", List.of("layerwise"),
            "reference", List.of("adaptive", "layerwise"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gradus");

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyThoseBelowIt(String name) {
        String[] allowed = Stream.concat(Stream.of(name), MAY_USE.getOrDefault(name, List.of()).stream())
                .map(ArchitectureTest::withSubpackages)
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(withSubpackages(name))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.gradus..").and(not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static Stream<String> packagesOfRules() {
        return RULES_MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packagesOfRules")
    void aPackageOfRulesUsesOnlyThoseItMay(String name) {
        String[] allowed = Stream.concat(Stream.of(name), RULES_MAY_USE.getOrDefault(name, List.of()).stream())
                .map(other -> "dev.gradus.rules." + other)
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage("dev.gradus.rules." + name)
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.gradus.rules..").and(not(resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    @Test
    void everyPackageOfRulesHasItsPlaceInTheTableAndIsSmall() {
        assertThat(CLASSES.getPackage("dev.gradus.rules").getSubpackages())
                .extracting(JavaPackage::getRelativeName)
                .containsExactlyInAnyOrderElementsOf(RULES_MAY_USE.keySet());
        for (JavaPackage p : CLASSES.getPackage("dev.gradus.rules").getSubpackages()) {
            assertThat(p.getClasses().stream()
                            .filter(c -> c.isTopLevelClass()
                                    && !c.isArray()
                                    && !c.getName().endsWith("package-info")))
                    .as("files of " + p.getName())
                    .hasSizeLessThanOrEqualTo(30);
        }
    }

    @Test
    void everyPackageHasItsPlaceInTheTable() {
        assertThat(ourPackages().map(JavaPackage::getName).filter(name -> !name.equals("dev.gradus")))
                .allMatch(
                        name -> MAY_USE.containsKey(
                                name.substring("dev.gradus.".length()).replaceAll("\\..*", "")),
                        "is in the table of this test");
    }

    @Test
    void noCycles() {
        slices().matching("dev.gradus.(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev.gradus", "dev.gradus.engine"})
    void noCyclesOfClasses(String packageName) {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass of) {
                        return of.getPackageName().equals(packageName)
                                ? SliceIdentifier.of(outermost(of).getSimpleName())
                                : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "classes of " + packageName;
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void fieldsAreAssignedByTheirOwnClassOnly() {
        noClasses()
                .should()
                .setFieldWhere(describe(
                        "the field is another class's",
                        access -> !outermost(access.getOriginOwner()).equals(outermost(access.getTargetOwner()))))
                .check(CLASSES);
    }

    /// Nested classes are part of the class around them.
    private static JavaClass outermost(JavaClass of) {
        return of.getEnclosingClass().map(ArchitectureTest::outermost).orElse(of);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(ourPackages())
                .isNotEmpty()
                .allMatch(
                        p -> p.tryGetPackageInfo()
                                .map(info -> info.isAnnotatedWith(NullMarked.class))
                                .orElse(false),
                        "has a package-info.java with @NullMarked");
    }

    @Test
    void nothingButTheJdkIsNeeded() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("dev.gradus..", "java..", "org.jspecify.annotations.."))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void standardStreamsAreLeftToTheCommandLine() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.allowEmptyShould(true).check(CLASSES);
    }

    private static String withSubpackages(String name) {
        return "dev.gradus." + name + "..";
    }

    /// The packages that contain classes.
    private static Stream<JavaPackage> ourPackages() {
        JavaPackage root = CLASSES.getPackage("dev.gradus");
        return Stream.concat(Stream.of(root), root.getSubpackagesInTree().stream())
                .filter(p -> !p.getClasses().isEmpty());
    }
}

package dev.gradus;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The classes of the packages that lower programs and run them, and what each may know of the others.
class ClassReferencesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gradus.program", "dev.gradus.numeric", "dev.gradus.engine", "dev.gradus.cpu");

    /// A nested class counts as part of the class that it is nested in.
    private record OutermostClasses(String packages) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return resideInAnyPackage(packages).test(javaClass)
                    ? SliceIdentifier.of(outermost(javaClass))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the outermost classes of " + packages;
        }
    }

    private static String outermost(JavaClass javaClass) {
        return javaClass.getName().replaceAll("\\$.*", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev.gradus.program..", "dev.gradus.numeric..", "dev.gradus.engine..", "dev.gradus.cpu.."})
    void classesReferToEachOtherInOneDirection(String packages) {
        assertThat(CLASSES.that(resideInAnyPackage(packages))).hasSizeGreaterThan(3);
        slices().assignedFrom(new OutermostClasses(packages))
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /// Of memory, programs know the functions that rules bring along: those get it from whoever runs the program.
    @Test
    void programsKnowNeitherMemoryNorThreads() {
        noClasses()
                .that()
                .resideInAPackage("dev.gradus.program..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.lang.foreign..", "java.util.concurrent.."))
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(CLASSES);
    }

    @Test
    void kernelsKnowNeitherTheInterpreterNorThreadsThatRunSteps() {
        noClasses()
                .that()
                .resideInAPackage("dev.gradus.cpu.simd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.gradus.cpu")
                .check(CLASSES);
    }

    @Test
    void noClassAssignsAFieldOfAnother() {
        List<JavaFieldAccess> assignments = CLASSES.stream()
                .flatMap(each -> each.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getAccessType() == AccessType.SET)
                .toList();
        assertThat(assignments).isNotEmpty();
        assertThat(assignments)
                .allSatisfy(access -> assertThat(outermost(access.getOriginOwner()))
                        .as(access.getDescription())
                        .isEqualTo(outermost(access.getTargetOwner())));
    }
}

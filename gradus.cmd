@echo off
rem Runs the gradus command. Builds it first, on first use and whenever a source file is newer than the last build.
rem GRADUS_JAVA_HOME chooses the JDK, GRADUS_JAVA_OPTS adds options for it.
setlocal EnableExtensions DisableDelayedExpansion
set "gradus_home=%~dp0"
set "gradus_home=%gradus_home:~0,-1%"
set "class_path_file=%gradus_home%\cli\target\classpath.txt"
set "required=25"
set "jdk="
set "found="

if not defined GRADUS_JAVA_HOME goto search
call :try "%GRADUS_JAVA_HOME%"
if defined jdk goto check
>&2 echo Gradus needs a JDK %required% or later, and GRADUS_JAVA_HOME, %GRADUS_JAVA_HOME%, is none.
exit /b 2

:search
if defined JAVA_HOME call :try "%JAVA_HOME%"
for /f "delims=" %%j in ('where javac 2^>nul') do call :try "%%~dpj.."
for %%r in (
    "%ProgramFiles%\Java" "%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu"
    "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\BellSoft" "%USERPROFILE%\.jdks"
) do for /d %%j in ("%%~r\*") do call :try "%%~j"
if defined jdk goto check
if not defined found set "found= no JDK at all"
>&2 echo Gradus needs a JDK %required% or later, and found%found%: install one, or set GRADUS_JAVA_HOME to the folder of one.
exit /b 2

:check
if not exist "%class_path_file%" goto build
powershell -NoProfile -Command "$built = (Get-Item -LiteralPath $env:class_path_file).LastWriteTime; $sources = '\pom.xml', '\*\pom.xml', '\*\src\main' | ForEach-Object { Get-ChildItem -Recurse -Path ($env:gradus_home + $_) }; if ($sources | Where-Object { $_.LastWriteTime -gt $built }) { exit 1 }"
if not errorlevel 1 goto run

:build
>&2 echo Building Gradus (the first time also downloads about 170 MB) ...
if not exist "%gradus_home%\target" mkdir "%gradus_home%\target"
set "log=%gradus_home%\target\launcher-build.log"
set "JAVA_HOME=%jdk%"
pushd "%gradus_home%"
call mvnw.cmd -q -B -pl cli -am -Dmaven.test.skip=true package >"%log%" 2>&1 <nul
set "status=%errorlevel%"
popd
if "%status%"=="0" goto run
>&2 type "%log%"
>&2 echo gradus: the build failed; its output is above.
exit /b 2

:run
for /f "usebackq delims=" %%c in ("%class_path_file%") do set "class_path=%%c"
"%jdk%\bin\java.exe" --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true "-Dgradus.home=%gradus_home%" %GRADUS_JAVA_OPTS% ^
    -cp "%gradus_home%\cli\target\gradus-cli.jar;%class_path%" dev.gradus.cli.Main %*
exit /b %errorlevel%

:try
if defined jdk exit /b
if not exist "%~1\bin\javac.exe" exit /b
if not exist "%~1\release" exit /b
set "version="
for /f "tokens=2 delims==" %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do for /f "delims=.-+" %%n in ("%%~v") do set "version=%%n"
if not defined version exit /b
if %version% geq %required% set "jdk=%~f1"
if not defined jdk set "found=%found% %~f1 (Java %version%)"
exit /b

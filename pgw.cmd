@echo off
rem Runs pgw from a clone on Windows; dotnet builds what has changed.
dotnet build -c Release --nologo -v quiet "%~dp0src\PgWorkflows.Cli" 1>&2 || exit /b 70
dotnet "%~dp0artifacts\bin\PgWorkflows.Cli\release\pgw.dll" %*

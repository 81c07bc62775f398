using PgWorkflows.Engine.Definitions;

namespace PgWorkflows.Runtime;

/// <summary>The definitions that come with the program, in the folder <c>workflows</c> beside it.</summary>
public static class ShippedDefinitions
{
    /// <summary>Where they are.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "workflows");

    /// <summary>Their files; the guarded profile's are in a folder of their own.</summary>
    public static IReadOnlyList<string> Files =>
        Directory.Exists(Folder) ? [.. Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];

    /// <summary>Reads them all.</summary>
    /// <exception cref="ShippedDefinitionException">A file is missing or broken: the installation is damaged.</exception>
    public static IReadOnlyList<WorkflowDefinition> Read()
    {
        if (Files is not { Count: > 0 } files)
            throw new ShippedDefinitionException(Folder, "holds no workflow definitions");
        return [.. files.Select(file =>
        {
            var (definition, findings) = DefinitionReader.Read(File.ReadAllBytes(file));
            return definition ?? throw new ShippedDefinitionException(file, string.Join(' ', findings));
        })];
    }
}

/// <summary>The definitions that belong to the program cannot be read.</summary>
public sealed class ShippedDefinitionException(string place, string problem) : Exception($"{place}: {problem}. Install the program anew.");

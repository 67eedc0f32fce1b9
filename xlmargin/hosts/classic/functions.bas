Attribute VB_Name = "xlwings_udfs"
' Worksheet functions of xlmargin. Made from their Python definitions: changes are lost.
Option Explicit

Public Sub XlmDescribeFunctions()
    ' Tells the function wizard of each function. A hidden add-in must not be one meanwhile.
    Dim isAddIn As Boolean
    On Error Resume Next
    isAddIn = ThisWorkbook.IsAddin
    If isAddIn Then ThisWorkbook.IsAddin = False
    ' and then each of them
    If isAddIn Then ThisWorkbook.IsAddin = True
End Sub

Private Function XlmFailed(reason As String) As String
    ' Why Python could not be called, in one sentence with the command that mends it.
    Dim python As String
    On Error Resume Next
    python = GetConfig("INTERPRETER_WIN", "")
    If Dir(python) = "" Then
        XlmFailed = "#XLM! found no Python " & python & _
            ": install xlmargin there, or run xlmargin install --python PATH"
    ElseIf InStr(reason, "Could not load") > 0 Then
        XlmFailed = "#XLM! the library by which Excel starts Python does not load" & _
            ": run xlmargin doctor"
    ElseIf InStr(reason, "process") > 0 Or InStr(reason, "COM server") > 0 Then
        XlmFailed = "#XLM! Excel could not start Python: run xlmargin doctor; where no program" & _
            " may be started, xlmargin install --served and xlmargin serve-excel"
    Else
        XlmFailed = "#XLM! Excel could not call Python: run xlmargin doctor. " & reason
    End If
    XlmFailed = Left$(XlmFailed, 255)
End Function

